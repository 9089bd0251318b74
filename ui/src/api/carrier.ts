/**
 * What a screen may ask of Rust, and who carries it. The table of commands is docs/commands.md; a carrier passes a call
 * on unchanged and knows nothing about what it means.
 */
import type * as T from './types';

/** Name → [arguments, answer]. One line per row of docs/commands.md. */
export interface Commands {
  app_state: [None, T.AppState];
  start: [None, T.Start];
  enrol: [T.EnrolArgs, T.AppState];
  read_invitation: [T.ReadInvitationArgs, T.InvitationView];
  check_pin: [T.UnlockArgs, null];
  unlock: [T.UnlockArgs, T.AppState];
  reopen: [T.ReopenArgs, T.AppState];
  lock: [None, T.AppState];
  leave: [None, T.AppState];
  settings_save: [T.Settings, T.AppState];
  changes: [T.ChangesArgs, T.Changes];
  sync_state: [None, T.SyncState];
  sync_now: [None, T.SyncState];
  storage: [None, T.Storage];
  access_log: [T.AccessLogArgs, T.AccessEntry[]];
  about_me: [None, T.AboutMe];
  here: [None, T.Place | null];
  draft_save: [T.Draft, null];
  draft_load: [T.DraftKey, T.Draft | null];
  draft_drop: [T.DraftKey, null];
  today: [None, T.Today];
  week: [T.WeekArgs, T.Week];
  mended_seen: [None, T.Today];
  households_head: [T.HeadArgs, T.HouseholdsHead];
  building: [T.BuildingArgs, T.BuildingView];
  buildings_near: [None, T.Nearby];
  households: [T.HouseholdsArgs, T.HouseholdLines];
  household: [T.HouseholdArgs, T.HouseholdView];
  unplaced_people: [T.UnplacedArgs, T.UnplacedLines];
  save_household: [T.HouseholdEdit, T.Saved];
  record_visit: [T.VisitArgs, T.Saved];
  open_person: [T.OpenPersonArgs, T.OpenPerson];
  save_person: [T.PersonEdit, T.Saved];
  remove_person: [T.RemovePersonArgs, T.Saved];
  merge_persons: [T.PairArgs, T.Saved];
  not_same_person: [T.PairArgs, T.Saved];
  unmerge_person: [T.UnmergeArgs, T.Saved];
  merge_households: [T.PairArgs, T.Saved];
  not_same_household: [T.PairArgs, T.Saved];
  unmerge_household: [T.UnmergeArgs, T.Saved];
  leave_household: [T.HouseholdArgs, T.Saved];
  return_household: [T.HouseholdArgs, T.Saved];
  return_person: [T.ReturnArgs, T.Saved];
  former_homes: [T.DwellingArgs, T.FormerHome[]];
  check_citizen_id: [T.CheckIdArgs, T.CheckedId];
  undo: [T.UndoArgs, null];
  patrol: [None, T.PatrolView | null];
  patrol_start: [T.PatrolStartArgs, T.PatrolView];
  patrol_pause: [None, T.PatrolView];
  patrol_resume: [None, T.PatrolView];
  patrol_stop: [None, T.PatrolView];
  patrol_check_in: [T.CheckInArgs, T.PatrolView];
  finished_patrol: [T.FinishedPatrolArgs, T.PatrolView];
  incident_categories: [None, T.CategoryView[]];
  similar_incidents: [T.SimilarArgs, T.SimilarIncident[]];
  take_photo: [T.TakePhotoArgs, T.PhotoView];
  recover_photo: [None, T.RecoveredPhoto | null];
  drop_photo: [T.PhotoArgs, null];
  draft_photos: [T.DraftPhotosArgs, T.PhotoView[]];
  report_incident: [T.ReportArgs, T.Saved];
  incidents: [T.IncidentsArgs, T.IncidentLines];
  incident: [T.IncidentArgs, T.IncidentView];
  incident_step: [T.IncidentStepArgs, T.Saved];
  review: [None, T.Review];
  resolve: [T.ResolveArgs, T.Saved];
  withdraw_refused: [T.RefusedArgs, null];
  resend_refused: [T.RefusedArgs, null];
  amend_refused: [T.AmendArgs, T.Saved];
}

/** A call without arguments sends `{}`. */
export type None = Record<string, never>;
export type Name = keyof Commands;
export type Args<N extends Name> = Commands[N][0];
export type Answer<N extends Name> = Commands[N][1];

/** A way to Rust. Rejects with {@link CallFailure} and nothing else. */
export interface Carrier {
  call<N extends Name>(name: N, args: Args<N>): Promise<Answer<N>>;
  /** An address for `<img src>`; the picture never enters script. */
  photoUrl(id: string, thumbnail: boolean): string;
}

/** A refused call. Screens branch on `code`; words are in the language files under `errors.<code>`. */
export class CallFailure extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  /** Whether trying the same thing again later can help. */
  readonly retry: boolean;

  constructor(code: string, params: Record<string, string> = {}, retry = false) {
    super(code);
    this.name = 'CallFailure';
    this.code = code;
    this.params = params;
    this.retry = retry;
  }

  /** Whatever came over the border, as a failure with a code: unknown shapes become `internal`, never a blank page. */
  static from(value: unknown): CallFailure {
    if (value instanceof CallFailure) return value;
    if (typeof value === 'object' && value !== null && 'code' in value) {
      const error = value as Partial<T.CallError>;
      if (typeof error.code === 'string') return new CallFailure(error.code, { ...error.params }, error.retry === true);
    }
    return new CallFailure('internal');
  }
}
