//! Where the data folder is.

use std::path::PathBuf;

use crate::environment;
use crate::failure::Failure;

/// The folder given on the command line, else the one from the environment, else `latch` in the place where
/// the system wants data of programs (the XDG base directory rules).
pub(crate) fn data_folder(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let absolute = |text: String| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    // What an earlier answer makes unnecessary is not read, and need not be readable.
    if let Some(folder) = given {
        return Ok(folder);
    }
    if let Some(folder) = environment::LATCH_HOME.read()? {
        return Ok(PathBuf::from(folder));
    }
    if let Some(data) = environment::XDG_DATA_HOME.read()?.and_then(absolute) {
        return Ok(data.join("latch"));
    }
    if let Some(home) = environment::HOME.read()?.and_then(absolute) {
        return Ok(home.join(".local/share/latch"));
    }
    Err(Failure::local("it is not known where to keep data: HOME is not set")
        .with_hint("say where with --data-folder PATH or LATCH_HOME"))
}
