//! Starts the `profile` function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::run::<profile::Profile>().await
}
