//! Which clock a track runs on, and which of its points run against it.

use super::{RawPoint, RawTrack};

/// The moment of every point on one clock, segment by segment; nothing where the source gave none.
///
/// The monotonic clock wins when every point has it and it never falls from one segment to the next (a fall
/// means that the phone was restarted). It is hung on the first wall time seen, so that a wall clock corrected
/// in mid-walk moves no point. Otherwise the wall clock counts as it is.
pub(super) fn moments(track: &RawTrack) -> Vec<Vec<Option<i64>>> {
    let offset = monotonic_offset(track);
    let moment = |point: &RawPoint| match (offset, point.mono_ms) {
        (Some(offset), Some(mono)) => mono.checked_add(offset),
        _ => point.wall_ms,
    };
    track.segments.iter().map(|segment| segment.iter().map(moment).collect()).collect()
}

fn monotonic_offset(track: &RawTrack) -> Option<i64> {
    let all = || track.segments.iter().flatten();
    if !all().all(|point| point.mono_ms.is_some()) {
        return None;
    }
    let starts: Vec<_> = track.segments.iter().filter_map(|segment| segment.first()?.mono_ms).collect();
    if !starts.is_sorted() {
        return None;
    }
    let anchor = all().find(|point| point.wall_ms.is_some())?;
    anchor.wall_ms?.checked_sub(anchor.mono_ms?)
}

/// Marks the largest set of points whose times rise strictly (longest increasing subsequence by patience
/// sorting, Fredman 1975). One wrong stamp in the future costs that one point and not all that follow it, which
/// a plain "later than the last" would.
pub(super) fn rising(times: &[i64]) -> Vec<bool> {
    // tops[k] is the index of the smallest last element of a rising run of length k + 1.
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(times.len());
    for (index, &time) in times.iter().enumerate() {
        let pile = tops.partition_point(|&top| times[top] < time);
        before.push(pile.checked_sub(1).map(|below| tops[below]));
        if pile == tops.len() { tops.push(index) } else { tops[pile] = index }
    }
    let mut keep = vec![false; times.len()];
    let mut at = tops.last().copied();
    while let Some(index) = at {
        keep[index] = true;
        at = before[index];
    }
    keep
}
