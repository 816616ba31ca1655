//! Starts the `authorize` function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::run::<authorize::Authorize>().await
}
