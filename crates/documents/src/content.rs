//! A file's content as bytes that can be shared and sliced: small files are read, large ones are mapped.

use bytes::Bytes;
use std::fs::File;
use std::io::Read;

/// Larger files are mapped: then a file of many gigabytes costs no memory of its own.
const MAPPED: u64 = 16 << 20;

/// The content of an open file. Fails when it cannot be read.
pub(crate) fn of(file: &mut File) -> std::io::Result<Bytes> {
    let size = file.metadata()?.len();
    if size > MAPPED {
        return map(file);
    }
    let mut content = Vec::with_capacity(size as usize);
    // A file that grows meanwhile is read as long as it was: the hash tells that it changed.
    file.take(size).read_to_end(&mut content)?;
    Ok(content.into())
}

#[allow(unsafe_code)]
fn map(file: &File) -> std::io::Result<Bytes> {
    // SAFETY: the map is read-only and lives in a child process that reads nothing else. Evidence is not to be written while it is
    // read; a file that is cut off meanwhile ends this process (SIGBUS), which the pool reports as a crash on this file.
    let map = unsafe { memmap2::Mmap::map(file) }?;
    Ok(Bytes::from_owner(map))
}
