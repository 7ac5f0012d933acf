//! Where the data folder is.

use std::path::PathBuf;

use crate::environment;
use crate::failure::Failure;

/// The folder given on the command line, else the one from the environment, else `latch` in the place where
/// the system wants data of programs (the XDG base directory rules).
pub(crate) fn data_folder(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let absolute = |text: String| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    given
        .or_else(|| environment::LATCH_HOME.read().map(PathBuf::from))
        .or_else(|| environment::XDG_DATA_HOME.read().and_then(absolute).map(|path| path.join("latch")))
        .or_else(|| environment::HOME.read().and_then(absolute).map(|path| path.join(".local/share/latch")))
        .ok_or_else(|| {
            Failure::local("it is not known where to keep data: HOME is not set")
                .with_hint("say where with --data-folder PATH or LATCH_HOME")
        })
}
