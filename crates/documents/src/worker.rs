//! The reading process: one file after another, until its input ends.

use crate::walk::{self, Skip};
use crate::wire::{self, Answer, Request, Setup};
use dosimeter_case::tables::DocumentStatus;
use std::io::{Read, Write};
use std::process::ExitCode;

/// Serves a [`Pool`](crate::Pool): requests on standard input, results on standard output, nothing on standard error.
///
/// The binary calls this when it is started as the hidden subcommand `extract-worker`.
pub fn serve() -> ExitCode {
    // A panic's message may quote the evidence.
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout());
    match work(&mut input, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(input: &mut impl Read, output: &mut (impl Write + Send)) -> std::io::Result<()> {
    let Some(setup) = wire::receive::<Setup>(input)? else { return Ok(()) };
    while let Some(request) = wire::receive::<Request>(input)? {
        let skip: Skip = request.skip.into_iter().map(|(member, status, reason)| (member, (status, reason))).collect();
        let mut objects = match read(&request.file, setup.budget.file_bytes) {
            Ok(content) => {
                let mut at = |member: Option<&str>| {
                    // A pool that has gone is noticed when the result is sent.
                    let _ = wire::send(output, &Answer::At(member.map(String::from)));
                };
                let mut tesseract = |sheet: &crate::ocr::Sheet| crate::ocr::tesseract(sheet, setup.budget.seconds);
                walk::guarded(&request.path, &content.into(), &setup.budget, &setup.passwords, &skip, &mut at, &mut tesseract)
            }
            Err((status, reason)) => {
                let mut object = walk::unread(&request.path, None, &[], status, &reason);
                if let Some(known) = &request.sha256 {
                    object.document.document_id = dosimeter_case::Id::of("document", &[&request.path, &None::<&str>, known]);
                    object.document.sha256.clone_from(known);
                }
                object.document.bytes = std::fs::metadata(&request.file).map_or(0, |file| file.len() as i64);
                vec![object]
            }
        };
        if let (Some(known), Some(object)) = (&request.sha256, objects.first_mut())
            && *known != object.document.sha256
        {
            let reason = "the content has changed since it was registered";
            let before = object.document.reason.take().map_or_else(String::new, |before| format!("{before}; "));
            object.document.reason = Some(before + reason);
        }
        wire::send_objects(output, objects)?;
    }
    Ok(())
}

/// A file's content, or why it cannot be had.
fn read(file: &std::path::Path, most: u64) -> Result<Vec<u8>, (DocumentStatus, String)> {
    let lost = |error: std::io::Error| (DocumentStatus::Corrupt, format!("the file cannot be read: {}", error.kind()));
    let open = std::fs::File::open(file).map_err(lost)?;
    let size = open.metadata().map_err(lost)?.len();
    if size > most {
        return Err((DocumentStatus::OverBudget, format!("larger than {most} bytes")));
    }
    let mut content = Vec::new();
    open.take(most).read_to_end(&mut content).map_err(lost)?;
    Ok(content)
}
