//! libFuzzer on the reader that the variable `READER` names, beside the files of the finished run that `RUN` names.
#![no_main]

#[path = "../readers/mod.rs"]
mod readers;

use std::{env, path::Path, sync::LazyLock};

use readers::{ALL, Reader};

/// The reader, and its folder: below that of temporary files, which `run.sh` removes.
static READER: LazyLock<(Reader, tempfile::TempDir)> = LazyLock::new(|| {
    let (name, names) = (env::var("READER").unwrap_or_default(), ALL.map(|(name, _)| name));
    let reader = ALL.iter().find(|(own, _)| *own == name);
    let (_, reader) = reader.unwrap_or_else(|| panic!("the variable READER must be one of {}", names.join(", ")));
    let folder = tempfile::tempdir().expect("a folder");
    readers::prepare(folder.path(), Path::new(&env::var("RUN").expect("the folder of a run")));
    (*reader, folder)
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (reader, folder) = &*READER;
    reader(folder.path(), bytes);
});
