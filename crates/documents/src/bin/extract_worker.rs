//! The reading process alone, for the tests of the pool; the product starts its own binary instead.

fn main() -> std::process::ExitCode {
    dosimeter_documents::serve()
}
