//! Which patrol of the day it is: two a day (一日双巡), in windows that each county sets.
//!
//! A slot says what is due and where a finished patrol belongs; it forbids nothing. A worker may walk at any
//! hour, and a patrol outside the windows is an extra one, not a fault.
//!
//! Left to others: working days and holidays (`incident_flow::WorkCalendar`), who walks which grid.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A patrol of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatrolSlot {
    /// 上午巡查.
    Morning,
    /// 下午巡查.
    Afternoon,
    /// Outside the windows, for instance at night.
    Extra,
}

impl PatrolSlot {
    /// Number on disk and wire; `records::Slot` has the same numbers for the two halves of the day.
    pub const fn code(self) -> i64 {
        match self {
            Self::Morning => 1,
            Self::Afternoon => 2,
            Self::Extra => 3,
        }
    }
}

/// A window of the local day, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotWindow {
    /// Morning or afternoon.
    pub slot: PatrolSlot,
    /// First minute.
    pub from_min: u16,
    /// The minute it ends; the window does not include it.
    pub to_min: u16,
}

/// A county's windows and its offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WirePlan")]
pub struct PatrolPlan {
    utc_offset_min: i16,
    windows: Vec<SlotWindow>,
}

#[derive(Deserialize)]
struct WirePlan {
    utc_offset_min: i16,
    windows: Vec<SlotWindow>,
}

impl TryFrom<WirePlan> for PatrolPlan {
    type Error = PlanError;

    fn try_from(wire: WirePlan) -> Result<Self, PlanError> {
        Self::new(wire.utc_offset_min, wire.windows)
    }
}

/// Why windows are no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A window that ends before it begins, or after midnight.
    #[error("a patrol window must end after it begins and by midnight")]
    Window,
    /// Windows in the wrong order, overlapping, named twice, or named "extra".
    #[error("patrol windows must follow each other, each slot once")]
    Order,
    /// An offset of more than fourteen hours.
    #[error("no place is more than 14 hours from UTC")]
    Offset,
}

impl PlanError {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Window => "patrol_window",
            Self::Order => "patrol_window_order",
            Self::Offset => "utc_offset",
        }
    }
}

/// What is due now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "due", rename_all = "snake_case")]
pub enum PatrolDue {
    /// Its window is open and it was not walked yet.
    Now {
        /// Which.
        slot: PatrolSlot,
        /// When the window closes, ms since 1970 UTC.
        until_ms: i64,
    },
    /// The next window of the day opens later.
    Later {
        /// Which.
        slot: PatrolSlot,
        /// When it opens.
        from_ms: i64,
    },
    /// Nothing more today.
    Nothing,
}

impl PatrolPlan {
    /// A plan.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn new(utc_offset_min: i16, windows: Vec<SlotWindow>) -> Result<Self, PlanError> {
        if utc_offset_min.abs() > 14 * 60 {
            return Err(PlanError::Offset);
        }
        if windows.iter().any(|window| window.from_min >= window.to_min || window.to_min > 24 * 60) {
            return Err(PlanError::Window);
        }
        let in_order =
            windows.windows(2).all(|pair| pair[0].to_min <= pair[1].from_min && pair[0].slot < pair[1].slot);
        if !in_order || windows.iter().any(|window| window.slot == PatrolSlot::Extra) {
            return Err(PlanError::Order);
        }
        Ok(Self { utc_offset_min, windows })
    }

    /// Two a day in China's time zone: 8:30–11:30 and 14:30–17:30, until the county sets its own.
    pub fn two_a_day() -> Self {
        let window = |slot, from_min, to_min| SlotWindow { slot, from_min, to_min };
        Self {
            utc_offset_min: 8 * 60,
            windows: vec![
                window(PatrolSlot::Morning, 8 * 60 + 30, 11 * 60 + 30),
                window(PatrolSlot::Afternoon, 14 * 60 + 30, 17 * 60 + 30),
            ],
        }
    }

    /// The windows in order.
    pub fn windows(&self) -> &[SlotWindow] {
        &self.windows
    }

    /// The county's offset from UTC in minutes.
    pub const fn utc_offset_min(&self) -> i16 {
        self.utc_offset_min
    }

    /// The local day and minute of a moment; nothing beyond the calendar.
    pub fn local(&self, at_ms: i64) -> Option<(NaiveDate, u16)> {
        let local = DateTime::from_timestamp_millis(at_ms)?.with_timezone(&self.zone()?);
        Some((local.date_naive(), (local.hour() * 60 + local.minute()) as u16))
    }

    /// The slot that a patrol started at this moment belongs to. Up to half an hour early counts.
    pub fn slot_at(&self, start_ms: i64) -> PatrolSlot {
        let Some((_, minute)) = self.local(start_ms) else { return PatrolSlot::Extra };
        let open = |early: u16| {
            self.windows.iter().find(|w| w.from_min.saturating_sub(early) <= minute && minute < w.to_min)
        };
        // An open window wins over the next one's early half hour.
        open(0).or_else(|| open(30)).map_or(PatrolSlot::Extra, |window| window.slot)
    }

    /// What is due at this moment, given the slots already walked on its local day.
    pub fn due(&self, now_ms: i64, walked: &[PatrolSlot]) -> PatrolDue {
        let Some((day, minute)) = self.local(now_ms) else { return PatrolDue::Nothing };
        let mut ahead = self.windows.iter().filter(|w| minute < w.to_min && !walked.contains(&w.slot));
        let Some(&SlotWindow { slot, from_min, to_min }) = ahead.next() else { return PatrolDue::Nothing };
        let running = from_min <= minute;
        match self.moment(day, if running { to_min } else { from_min }) {
            Some(until_ms) if running => PatrolDue::Now { slot, until_ms },
            Some(from_ms) => PatrolDue::Later { slot, from_ms },
            None => PatrolDue::Nothing,
        }
    }

    fn zone(&self) -> Option<FixedOffset> {
        FixedOffset::east_opt(i32::from(self.utc_offset_min) * 60)
    }

    fn moment(&self, day: NaiveDate, minute: u16) -> Option<i64> {
        let local = day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(i64::from(minute)))?;
        Some(local.and_local_timezone(self.zone()?).single()?.timestamp_millis())
    }
}
