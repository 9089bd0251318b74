//! The real program: TLS, files, threads. It is killed while phones push, started again, and holds all it confirmed.
