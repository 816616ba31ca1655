//! Starts the `logout` function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::run::<logout::Logout>().await
}
