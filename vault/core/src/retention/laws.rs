//! The worked dates of the statutes, and what holds for any dates.
