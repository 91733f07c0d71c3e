//! Confinement of the child processes: what reads an intruder's files may read nothing else, write nothing, and talk to nobody.
//!
//! Limits (memory, processor time, no core dumps, no files written) hold on every Unix. On Linux, Landlock takes away the file
//! system and seccomp all system calls but those that reading needs; where the kernel lacks one of them the other still stands,
//! and the worker says so.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Room beside the budget: the program itself, stacks, fragmentation.
const SLACK: u64 = 512 << 20;

/// Confines this process to reading what it is handed, within `memory` bytes. Returns what holds, in words: `limits`, and on Linux
/// `Landlock` and `seccomp` where the kernel has them.
pub fn reader(memory: u64) -> String {
    // Private memory only: a mapped file costs address space, not memory.
    limit(Resource::Data, memory.saturating_add(SLACK).saturating_add(crate::walk::STACK as u64));
    limit(Resource::Fsize, 0);
    limit(Resource::Core, 0);
    let mut held = vec!["limits"];
    held.extend(system::no_files(&[]).then_some("Landlock"));
    held.extend(system::few_calls().then_some("seccomp"));
    held.join(", ")
}

/// Confines this process to what Tesseract needs: its program, libraries and models, read-only; no network; so many seconds of
/// processor time.
pub(crate) fn ocr(readable: &[&std::path::Path], seconds: u64) {
    limit(Resource::Cpu, seconds);
    limit(Resource::Data, 2 << 30);
    limit(Resource::Fsize, 0);
    limit(Resource::Core, 0);
    system::no_files(readable);
    system::no_network();
}

/// Ends this process when it has used so many more seconds of processor time.
pub(crate) fn allow_seconds(seconds: u64) {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec as u64;
    let limit = Some(used.saturating_add(seconds).saturating_add(5));
    // A limit that cannot be set is no reason to stop: the pool watches the clock too.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: limit, maximum: getrlimit(Resource::Cpu).maximum });
}

fn limit(resource: Resource, most: u64) {
    let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}

#[cfg(target_os = "linux")]
mod system {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    use std::collections::BTreeMap;
    use std::path::Path;

    /// Takes away the file system, but for reading and running below `readable`. Whether the kernel enforces it.
    pub fn no_files(readable: &[&Path]) -> bool {
        let abi = ABI::V5;
        let rules = Ruleset::default().handle_access(AccessFs::from_all(abi)).and_then(|rules| rules.handle_access(AccessNet::from_all(abi)));
        let status = rules
            .and_then(Ruleset::create)
            .and_then(|rules| rules.add_rules(path_beneath_rules(readable, AccessFs::from_read(abi))))
            .and_then(landlock::RulesetCreated::restrict_self);
        status.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
    }

    /// Refuses every system call that reading does not need: above all opening files, starting programs, sockets.
    pub fn few_calls() -> bool {
        const NEEDED: &[i64] = &[
            // The socket, the descriptors handed over, and their content.
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_readv,
            libc::SYS_writev,
            libc::SYS_pread64,
            libc::SYS_recvmsg,
            libc::SYS_recvfrom,
            libc::SYS_sendmsg,
            libc::SYS_sendto,
            libc::SYS_close,
            libc::SYS_lseek,
            libc::SYS_fstat,
            libc::SYS_statx,
            libc::SYS_fcntl,
            libc::SYS_dup,
            libc::SYS_ppoll,
            // Memory.
            libc::SYS_brk,
            libc::SYS_mmap,
            libc::SYS_munmap,
            libc::SYS_mremap,
            libc::SYS_mprotect,
            libc::SYS_madvise,
            libc::SYS_membarrier,
            // Threads of our own.
            libc::SYS_clone,
            libc::SYS_clone3,
            libc::SYS_futex,
            libc::SYS_set_robust_list,
            libc::SYS_get_robust_list,
            libc::SYS_rseq,
            libc::SYS_sched_yield,
            libc::SYS_sched_getaffinity,
            libc::SYS_exit,
            libc::SYS_exit_group,
            libc::SYS_gettid,
            libc::SYS_getpid,
            libc::SYS_tgkill,
            libc::SYS_restart_syscall,
            libc::SYS_prctl,
            // Signals, time, limits, chance.
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_sigaltstack,
            libc::SYS_clock_gettime,
            libc::SYS_clock_nanosleep,
            libc::SYS_nanosleep,
            libc::SYS_gettimeofday,
            libc::SYS_getrusage,
            libc::SYS_prlimit64,
            libc::SYS_getrandom,
            libc::SYS_uname,
            libc::SYS_sysinfo,
        ];
        let rules = NEEDED.iter().map(|call| (*call, Vec::new())).collect();
        apply(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
    }

    /// Refuses sockets other than local ones that are inherited.
    pub fn no_network() -> bool {
        const REFUSED: &[i64] = &[libc::SYS_socket, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen, libc::SYS_ptrace, libc::SYS_io_uring_setup];
        let rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
        apply(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
    }

    fn apply(rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>>, others: SeccompAction, these: SeccompAction) -> bool {
        let Ok(architecture) = std::env::consts::ARCH.try_into() else { return false };
        let program = SeccompFilter::new(rules, others, these, architecture).ok().and_then(|filter| BpfProgram::try_from(filter).ok());
        program.is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::Path;

    /// There is nothing like it here.
    pub fn no_files(_: &[&Path]) -> bool {
        false
    }
    /// There is nothing like it here.
    pub fn few_calls() -> bool {
        false
    }
    /// There is nothing like it here.
    pub fn no_network() -> bool {
        false
    }
}
