use ring::rand::{SecureRandom, SystemRandom};

use super::SealingFailed;

/// Bytes from the system's random source.
///
/// # Errors
/// Only if the system cannot provide any.
pub fn random<const N: usize>() -> Result<[u8; N], SealingFailed> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealingFailed)?;
    Ok(bytes)
}
