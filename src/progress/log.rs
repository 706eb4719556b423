//! `log.jsonl` in the run folder: what its runs did, one event a line.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Instant, SystemTime},
};

use serde::Serialize;

use super::{Event, seldom::Seldom};

/// A log that is appended to.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    seldom: Seldom,
}

#[derive(Serialize)]
struct Line<'e> {
    /// RFC 3339, UTC.
    time: String,
    #[serde(flatten)]
    event: &'e Event,
}

impl Log {
    /// Opens the log, without the line that a killed run may have left half written.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        let (length, whole) = (file.seek(SeekFrom::End(0))?, length_of_lines(&mut file)?);
        if whole < length {
            file.set_len(whole)?;
        }
        Ok(Self { file, seldom: Seldom::default() })
    }

    pub(super) fn hear(&mut self, event: &Event) -> io::Result<()> {
        let is_of_the_terminal = matches!(event, Event::Recalled(_) | Event::Flow { .. });
        if is_of_the_terminal || !self.seldom.lets_through(event, Instant::now()) {
            return Ok(());
        }
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let mut line = serde_json::to_vec(&Line { time, event })?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// Bytes up to and with the last end of a line.
fn length_of_lines(file: &mut File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last == [b'\n'] {
        return Ok(length);
    }
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last as u64 + 1))
}
