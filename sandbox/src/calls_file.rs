//! The app's calls file, for the sandbox's own provider.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};

/// One for each port of a provider: a sandbox that was killed leaves its copy to the next.
const COPIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/calls");

/// A copy of a calls file whose base is the API of the sandbox's provider. It is deleted with this value.
pub struct CallsFile(PathBuf);

impl CallsFile {
    /// Copies a file for the provider at this origin. With links of the account a call has to say who may make it:
    /// where it does not, because the file is for links of users, any member may.
    ///
    /// # Errors
    /// If the file cannot be read or is no JSON object, or the copy cannot be written.
    pub fn copy(original: &Path, provider: &str, is_account: bool) -> io::Result<Self> {
        let mut file: Map<String, Value> = serde_json::from_str(&fs::read_to_string(original)?)?;
        file.insert("base".to_owned(), format!("{provider}/api").into());
        if let Some(Value::Object(calls)) = file.get_mut("calls").filter(|_| is_account) {
            for call in calls.values_mut().filter_map(Value::as_object_mut) {
                call.entry("roles").or_insert("any".into());
            }
        }
        let port = provider.rsplit(':').next().unwrap_or_default();
        let copy = Path::new(COPIES).join(format!("{port}.json"));
        fs::create_dir_all(COPIES)?;
        fs::write(&copy, Value::from(file).to_string())?;
        Ok(Self(copy))
    }

    /// Where the copy is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for CallsFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
