//! What lies near where the worker stands: buildings to call at, and incidents that may be the very one being reported.

use super::doors::{building_line, due_by_building};
use super::incidents::Filter;
use super::look::Look;
use crate::error::Result;
use crate::open::Open;
use crate::position::place_of;
use crate::views::households::{NearBuilding, Nearby};
use crate::views::incidents::{SimilarArgs, SimilarIncident};
use xunge_domain::geometry::{LatLon, distance_m};

/// Buildings shown.
const MOST_BUILDINGS: usize = 20;
/// The same thing is not reported from further away, metres.
const SAME_SPOT_M: u32 = 100;
/// Older ones are another time, milliseconds.
const SAME_TIME_MS: i64 = 30 * 86_400_000;
/// Open incidents looked through, newest first.
const LOOKED_THROUGH: u32 = 100;
/// Similar ones shown.
const MOST_SIMILAR: usize = 3;

impl Open {
    /// Buildings around the phone, nearest first. Asks the hardware where it is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn buildings_near(&self) -> Result<Nearby> {
        let Some(fix) = self.fix_now() else { return Ok(Nearby { here: None, buildings: Vec::new() }) };
        let buildings = self.look(|look| look.buildings_near(fix.at))?;
        Ok(Nearby { here: Some(place_of(&fix)), buildings })
    }

    /// Open incidents of the same category close by.
    ///
    /// # Errors
    /// Those of the store.
    pub fn similar_incidents(&self, args: &SimilarArgs) -> Result<Vec<SimilarIncident>> {
        let here = self.fix_asked().map(|fix| fix.at);
        self.look(|look| look.similar(args, here))
    }
}

impl Look<'_> {
    fn buildings_near(&self, here: LatLon) -> Result<Vec<NearBuilding>> {
        let due = due_by_building(&self.due_households()?);
        let mut near = Vec::new();
        for area in self.areas() {
            for row in self.reader.buildings(area, self.day())? {
                let Some(metres) = metres_between(here, row.place_e7) else { continue };
                let due = due.get(&row.building).copied().unwrap_or(0);
                near.push(NearBuilding { building: building_line(row, due), metres });
            }
        }
        near.sort_by_key(|near| near.metres);
        near.truncate(MOST_BUILDINGS);
        Ok(near)
    }

    fn similar(&self, args: &SimilarArgs, here: Option<LatLon>) -> Result<Vec<SimilarIncident>> {
        // The photos say best where the thing is; the worker may have walked on.
        let photos = self.reader.photos_of_form(&args.form)?;
        let photo = photos.iter().find_map(|photo| photo.facts.place_e7);
        let Some(spot) = photo.and_then(|(lat, lon)| LatLon::from_e7(lat, lon).ok()).or(here) else {
            return Ok(Vec::new());
        };
        let since = self.now_ms.saturating_sub(SAME_TIME_MS);
        let mut similar = Vec::new();
        for row in self.reader.incidents(Filter::Open.coarse(), 0, LOOKED_THROUGH)? {
            if row.category != args.category || row.reported_ms.is_none_or(|at| at < since) {
                continue;
            }
            let Some(metres) = metres_between(spot, row.place_e7).filter(|metres| *metres <= SAME_SPOT_M)
            else {
                continue;
            };
            let told = self.told(&row)?;
            if !told.is_open() {
                continue;
            }
            let photos = self.photos_of(row.incident)?;
            let line = self.incident_line(&row, &told, &photos)?;
            let may_supplement = told.may().iter().any(|verb| verb == "supplement");
            similar.push(SimilarIncident { line, metres, may_supplement });
        }
        similar.sort_by_key(|similar| similar.metres);
        similar.truncate(MOST_SIMILAR);
        Ok(similar)
    }
}

fn metres_between(here: LatLon, there_e7: Option<(i32, i32)>) -> Option<u32> {
    let (lat, lon) = there_e7?;
    let there = LatLon::from_e7(lat, lon).ok()?;
    Some(distance_m(here, there).round() as u32)
}
