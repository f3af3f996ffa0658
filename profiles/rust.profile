# build and test Rust: cargo without a network
#
# On top of default: toolchains of rustup and crates that cargo has fetched, to
# read, and their environment; all else of cargo's is private. ~/.cargo/credentials
# and credentials.toml have tokens, config.toml may, and CARGO_REGISTR* too: they
# are not shown. A project's own .cargo is: cargo vendor writes its sources there.
include default
include sandbox-compilers.inc

ro-try ~/.rustup/settings.toml
ro-try ~/.rustup/toolchains
ro-try ~/.cargo/bin
ro-try ~/.cargo/env
ro-try ~/.cargo/registry
ro-try ~/.cargo/git

keepenv RUST_*
keepenv RUSTFLAGS
keepenv RUSTDOCFLAGS
keepenv RUSTUP_TOOLCHAIN
keepenv CARGO_BUILD_*
keepenv CARGO_INCREMENTAL
keepenv CARGO_PROFILE_*
keepenv CARGO_TERM_*

# Without a network there is no use in asking for a newer one.
setenv CARGO_NET_OFFLINE true
