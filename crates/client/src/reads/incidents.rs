//! Incidents: the county's categories, lists by what they wait for, one with its life.

use super::households::limit_of;
use super::incident_case::{Told, desk_or};
use super::look::{Look, not_found};
use crate::edits::id;
use crate::edits::photos::short_number;
use crate::error::Result;
use crate::open::Open;
use crate::views::home::AnswerView;
use crate::views::incidents::{
    CategoryView, IncidentArgs, IncidentLine, IncidentLines, IncidentView, IncidentsArgs, PhotoView, StepView,
};
use crate::views::{Place, Standing};
use std::collections::BTreeSet;
use xunge_domain::codes::redact;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_store::queries::{AnswerRow, IncidentFilter, IncidentRow};

/// Incidents looked at in one go while a page is put together.
const CHUNK: u32 = 100;
/// Answers stay on Today for a week; whoever has rated one has read it.
const ANSWERS_MS: i64 = 7 * 86_400_000;
/// Returned items stay until they are dealt with, so long as anyone would look for them.
const RETURNED_MS: i64 = 180 * 86_400_000;
/// Answers on Today.
const MOST_ANSWERS: usize = 20;

/// Verbs without which no incident comes to its end by an answer.
const ANSWERING: [i64; 2] = [StepVerb::Close.code(), StepVerb::Void.code()];
/// Verbs that may have brought it to its end, unless it was opened again. Not taking it back: that may have come too late.
const ENDING: [i64; 3] = [StepVerb::SelfResolve.code(), StepVerb::Close.code(), StepVerb::Void.code()];
const OPENING_AGAIN: [i64; 1] = [StepVerb::Reopen.code()];

/// Which incidents a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Open,
    Answered,
    All,
}

impl Filter {
    /// `all` also for words of a later version.
    fn of(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "answered" => Self::Answered,
            _ => Self::All,
        }
    }

    /// What the store need not hand over; the rest is judged by replaying.
    pub(super) const fn coarse(self) -> IncidentFilter<'static> {
        match self {
            Self::All => IncidentFilter::All,
            Self::Open => IncidentFilter::WithoutOr(&ENDING, &OPENING_AGAIN),
            Self::Answered => IncidentFilter::With(&ANSWERING),
        }
    }

    fn shows(self, told: &Told) -> bool {
        match self {
            Self::All => true,
            Self::Open => told.is_open(),
            Self::Answered => told.is_answered(),
        }
    }
}

impl Open {
    /// Categories the county offers, in its order.
    ///
    /// # Errors
    /// Those of the store.
    pub fn incident_categories(&self) -> Result<Vec<CategoryView>> {
        self.look(|look| {
            let rows = look.reader.incident_categories()?;
            let view = |row: xunge_store::queries::IncidentCategoryRow| CategoryView {
                code: row.code,
                name: row.name,
                class: row.class,
                limit_hours: row.limit_hours,
            };
            Ok(rows.into_iter().map(view).collect())
        })
    }

    /// A page of incidents, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn incidents(&self, args: &IncidentsArgs) -> Result<IncidentLines> {
        let (filter, limit) = (Filter::of(&args.filter), limit_of(args.page) as usize);
        self.look(|look| look.incidents(filter, args.page.offset as usize, limit))
    }

    /// One incident with its life.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn incident(&self, args: &IncidentArgs) -> Result<IncidentView> {
        let incident = id(&args.id)?;
        self.look(|look| {
            let row = look.reader.incident(incident)?.ok_or_else(not_found)?;
            look.incident(row)
        })
    }
}

impl Look<'_> {
    fn incidents(&self, filter: Filter, offset: usize, limit: usize) -> Result<IncidentLines> {
        let (mut rows, mut skipped, mut from) = (Vec::new(), 0, 0);
        loop {
            let chunk = self.reader.incidents(filter.coarse(), from, CHUNK)?;
            let last = chunk.len() < CHUNK as usize;
            from += CHUNK;
            for row in chunk {
                let told = self.told(&row)?;
                if !filter.shows(&told) {
                    continue;
                }
                if skipped < offset {
                    skipped += 1;
                } else if rows.len() < limit {
                    let photos = self.photos_of(row.incident)?;
                    rows.push(self.incident_line(&row, &told, &photos)?);
                } else {
                    return Ok(IncidentLines { rows, more: true });
                }
            }
            if last {
                return Ok(IncidentLines { rows, more: false });
            }
        }
    }

    fn incident(&self, row: IncidentRow) -> Result<IncidentView> {
        let told = self.told(&row)?;
        let photos = self.photos_of(row.incident)?;
        let line = self.incident_line(&row, &told, &photos)?;
        let mut steps: Vec<StepView> = told.steps.iter().map(|step| self.step_view(step)).collect();
        if !told.steps.iter().any(|step| step.verb == Some(StepVerb::Report.code())) {
            let by = self.worker(row.worker)?;
            let standing = self.standing(row.incident, row.unsettled, 0);
            let at_ms = row.reported_ms.unwrap_or(0);
            steps.insert(
                0,
                StepView {
                    verb: StepVerb::Report.word().to_owned(),
                    by,
                    at_ms,
                    text: String::new(),
                    standing,
                },
            );
        }
        let place =
            row.place_e7.map(|(lat_e7, lon_e7)| Place { lat_e7, lon_e7, accuracy_dm: row.accuracy_dm });
        Ok(IncidentView { line, text: redact(&row.text), place, photos, steps, may: told.may() })
    }

    pub(super) fn incident_line(
        &self,
        row: &IncidentRow,
        told: &Told,
        photos: &[PhotoView],
    ) -> Result<IncidentLine> {
        let conflicts = self.reader.row(RecordKind::Incident, row.incident)?.map_or(0, |row| row.conflicts);
        let standing = self.standing(row.incident, row.unsettled, conflicts);
        Ok(IncidentLine {
            id: row.incident.to_string(),
            number: if row.number.is_empty() { short_number(row.incident) } else { row.number.clone() },
            title: title(&row.category_name, &row.category),
            place_name: row.place_name.clone(),
            state: told.state().to_owned(),
            reported_ms: row.reported_ms.unwrap_or(0),
            photo: row.photo.map(|photo| photo.to_string()),
            photos: row.photos,
            standing: with_photos(standing, photos),
        })
    }

    /// Answers of the county to this worker's reports, and items it returned; newest first.
    pub(super) fn answers(&self) -> Result<(Vec<AnswerView>, Vec<AnswerView>)> {
        let answers = self.last_words(&[StepVerb::Close, StepVerb::Void], ANSWERS_MS, |told| {
            told.is_answered() && !told.is_rated()
        })?;
        let returned = self.last_words(&[StepVerb::Return], RETURNED_MS, Told::is_returned)?;
        Ok((answers, returned))
    }

    fn last_words(
        &self,
        verbs: &[StepVerb],
        within_ms: i64,
        holds: impl Fn(&Told) -> bool,
    ) -> Result<Vec<AnswerView>> {
        let codes: Vec<i64> = verbs.iter().map(|verb| verb.code()).collect();
        let since = self.now_ms.saturating_sub(within_ms);
        let (mut seen, mut views) = (BTreeSet::new(), Vec::new());
        for answer in self.reader.answers(self.me.worker, &codes, since, CHUNK)? {
            if views.len() == MOST_ANSWERS || !seen.insert(answer.incident) {
                continue;
            }
            let Some(row) = self.reader.incident(answer.incident)? else { continue };
            let told = self.told(&row)?;
            if holds(&told) {
                views.push(self.answer_view(answer, &row, &told)?);
            }
        }
        Ok(views)
    }

    fn answer_view(&self, answer: AnswerRow, row: &IncidentRow, told: &Told) -> Result<AnswerView> {
        let photos = self.photos_of(row.incident)?;
        Ok(AnswerView {
            incident: answer.incident.to_string(),
            title: title(&answer.category_name, &answer.category),
            state: told.state().to_owned(),
            by: desk_or(&answer.step.by, &answer.step.department),
            at_ms: answer.step.at_ms.unwrap_or(0),
            text: redact(&answer.step.text),
            standing: with_photos(self.standing(row.incident, row.unsettled, 0), &photos),
        })
    }
}

/// Name of a category, or its code while its name is not here.
pub(super) fn title(name: &str, code: &str) -> String {
    if name.is_empty() { code.to_owned() } else { name.to_owned() }
}

/// A record whose words are at the county is still on its way while its pictures are.
fn with_photos(standing: Standing, photos: &[PhotoView]) -> Standing {
    if standing != Standing::AtCounty {
        return standing;
    }
    let any = |wanted| photos.iter().any(|photo| photo.standing == wanted);
    match () {
        () if any(Standing::NeedsYou) => Standing::NeedsYou,
        () if any(Standing::OnPhone) || any(Standing::Sending) => Standing::Sending,
        () => Standing::AtCounty,
    }
}
