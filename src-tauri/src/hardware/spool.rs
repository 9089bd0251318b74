//! The recorder's files, taken over into a track. The recorder writes in another process and may be writing now; so
//! what was taken is noted beside each file, and a file goes only when it is over and whole. Leaves the form of a
//! file to the plugin's `segments`, and filtering and keeping the points to the client.
//!
//! Taking over is in two steps, because between them the points must become durable elsewhere: `recorded` reads,
//! `forget` notes. Ending the app between the two gives the same points again, never fewer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tauri_plugin_device::{RecordedPoint, parse_segment};
use xunge_domain::geometry::LatLon;
use xunge_domain::track::{RawPoint, RawTrack};
use xunge_store::files::{FileError, Files};

/// What `recorded` gave last and `forget` has still to note: where each file was read to.
type Taken = BTreeMap<PathBuf, usize>;

/// One patrol's folder of recorder files.
pub struct Spool<F> {
    files: F,
    folder: PathBuf,
    taken: Taken,
}

impl<F: Files> Spool<F> {
    /// The files in `folder`, which need not exist yet.
    pub fn new(files: F, folder: PathBuf) -> Self {
        Self { files, folder, taken: Taken::new() }
    }

    /// What was written since the last `forget`, one stretch per file, in order.
    ///
    /// # Errors
    /// [`FileError`]; then nothing is taken.
    pub fn recorded(&mut self) -> Result<RawTrack, FileError> {
        let mut taken = Taken::new();
        let mut segments = Vec::new();
        for file in self.segment_files()? {
            let bytes = self.files.read(&file)?;
            // A file of another version is kept for the version that understands it.
            let Some(segment) = parse_segment(&bytes, self.noted(&file)?) else { continue };
            taken.insert(file, segment.read_to);
            let points: Vec<RawPoint> = segment.points.iter().filter_map(to_raw).collect();
            if !points.is_empty() {
                segments.push(points);
            }
        }
        self.taken = taken;
        Ok(RawTrack { segments })
    }

    /// What `recorded` gave last is durable elsewhere. Files that are over are deleted: all of them when the recorder
    /// does not run, all but the newest when it does.
    ///
    /// # Errors
    /// [`FileError`]; what was not noted comes again, nothing is lost.
    pub fn forget(&mut self, running: bool) -> Result<(), FileError> {
        let newest = self.segment_files()?.pop();
        for (file, read_to) in std::mem::take(&mut self.taken) {
            let over = !running || newest.as_ref() != Some(&file);
            // A line may have been finished between the reading and now: then the file stays for another reading.
            let unread = self.files.read(&file)?.get(read_to..).is_some_and(|rest| rest.contains(&b'\n'));
            if over && !unread {
                self.files.remove(&file)?;
                self.files.remove(&note_of(&file))?;
            } else {
                self.files.write_durable(&note_of(&file), read_to.to_string().as_bytes())?;
            }
        }
        Ok(())
    }

    /// Oldest first: their names begin with a number of fixed width.
    fn segment_files(&self) -> Result<Vec<PathBuf>, FileError> {
        let mut files = self.files.list(&self.folder)?;
        files.retain(|file| file.extension().is_some_and(|end| end == "txt"));
        files.sort();
        Ok(files)
    }

    /// How far the file was taken over already. A note that cannot be read means: from the start.
    fn noted(&self, file: &Path) -> Result<usize, FileError> {
        match self.files.read(&note_of(file)) {
            Ok(note) => Ok(std::str::from_utf8(&note).ok().and_then(|text| text.parse().ok()).unwrap_or(0)),
            Err(FileError::NotFound) => Ok(0),
            Err(error) => Err(error),
        }
    }
}

fn note_of(file: &Path) -> PathBuf {
    file.with_extension("read")
}

fn to_raw(point: &RecordedPoint) -> Option<RawPoint> {
    let at = LatLon::from_e7(point.latitude_e7, point.longitude_e7).ok()?;
    Some(RawPoint {
        accuracy_dm: Some(point.accuracy_cm.div_ceil(10)),
        wall_ms: Some(point.at_ms),
        mono_ms: Some(point.since_boot_ms),
        mock: point.mock,
        ..RawPoint::at(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use xunge_store::files::MemoryFiles;

    const FOLDER: &str = "/app/track/walk";

    /// A recorder that writes into memory, one file per stretch, one line per point.
    struct Recorder(Arc<MemoryFiles>);
    impl Recorder {
        fn append(&self, file: &str, text: &str) {
            let path = Path::new(FOLDER).join(file);
            let mut bytes = self.0.read(&path).unwrap_or_else(|_| b"xunge-track 1\n".to_vec());
            bytes.extend(text.as_bytes());
            self.0.write_durable(&path, &bytes).expect("memory takes it");
        }
        fn point(&self, file: &str, second: i64) {
            self.append(file, &line(second));
        }
        fn files(&self) -> usize {
            self.0.list(Path::new(FOLDER)).expect("a folder").len()
        }
    }

    fn line(second: i64) -> String {
        format!("{},{},301234567,1145555555,850,gps,0\n", 1_790_000_000_000 + second * 1000, second * 1000)
    }

    fn seconds(track: &RawTrack) -> Vec<Vec<i64>> {
        let second = |point: &RawPoint| point.mono_ms.expect("a clock") / 1000;
        track.segments.iter().map(|segment| segment.iter().map(second).collect()).collect()
    }

    fn phone() -> (Recorder, Spool<Arc<MemoryFiles>>) {
        let files = Arc::new(MemoryFiles::new());
        (Recorder(files.clone()), Spool::new(files, PathBuf::from(FOLDER)))
    }

    #[test]
    fn a_walk_in_two_stretches_is_taken_over_and_its_files_go() {
        let (recorder, mut spool) = phone();
        recorder.point("0001-a.txt", 1);
        recorder.point("0001-a.txt", 2);
        recorder.point("0002-b.txt", 60);
        let track = spool.recorded().expect("a track");
        assert_eq!(seconds(&track), [vec![1, 2], vec![60]]);
        assert_eq!(track.segments[0][0].accuracy_dm, Some(85));
        spool.forget(false).expect("noted");
        assert_eq!(recorder.files(), 0);
        assert_eq!(spool.recorded().expect("a track"), RawTrack::default());
    }

    #[test]
    fn points_taken_while_the_recorder_runs_come_once_and_its_file_stays() {
        let (recorder, mut spool) = phone();
        recorder.point("0001-a.txt", 1);
        recorder.append("0001-a.txt", "17900000020");
        assert_eq!(seconds(&spool.recorded().expect("a track")), [vec![1]]);
        spool.forget(true).expect("noted");
        // The torn line is finished meanwhile, and another follows.
        recorder.append("0001-a.txt", "00,2000,301234567,1145555555,850,gps,0\n");
        recorder.point("0001-a.txt", 3);
        assert_eq!(seconds(&spool.recorded().expect("a track")), [vec![2, 3]]);
        spool.forget(false).expect("noted");
        assert_eq!(recorder.files(), 0);
    }

    #[test]
    fn the_app_ends_between_reading_and_noting() {
        let (recorder, mut spool) = phone();
        recorder.point("0001-a.txt", 1);
        let first = spool.recorded().expect("a track");
        let mut next_start = Spool::new(recorder.0.clone(), PathBuf::from(FOLDER));
        assert_eq!(next_start.recorded().expect("a track"), first, "the points come again");
    }

    #[test]
    fn a_point_written_between_reading_and_noting_is_not_deleted() {
        let (recorder, mut spool) = phone();
        recorder.point("0001-a.txt", 1);
        spool.recorded().expect("a track");
        recorder.point("0001-a.txt", 2);
        spool.forget(false).expect("noted");
        assert_eq!(seconds(&spool.recorded().expect("a track")), [vec![2]]);
    }

    #[test]
    fn forgetting_without_reading_deletes_nothing() {
        let (recorder, mut spool) = phone();
        recorder.point("0001-a.txt", 1);
        spool.forget(false).expect("noted");
        assert_eq!(seconds(&spool.recorded().expect("a track")), [vec![1]]);
    }

    #[test]
    fn a_file_of_a_later_version_is_kept() {
        let (recorder, mut spool) = phone();
        recorder
            .0
            .write_durable(&Path::new(FOLDER).join("0001-a.txt"), b"xunge-track 9\n?\n")
            .expect("memory");
        assert_eq!(spool.recorded().expect("a track"), RawTrack::default());
        spool.forget(false).expect("noted");
        assert_eq!(recorder.files(), 1);
    }
}
