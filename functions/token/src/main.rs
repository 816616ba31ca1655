//! Starts the `token` function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::run_directly::<token::Token>().await
}
