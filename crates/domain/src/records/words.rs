//! Small code lists of our own (not a national standard): numbers in records, words at the border.

/// Declares a code list: number on disk and wire, `snake_case` word at the border.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }
        impl $name {
            /// Every code of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// Number on disk and wire.
            pub const fn code(self) -> i64 { match self { $(Self::$variant => $code,)+ } }
            /// Word at the border.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word,)+ } }
            /// By number; a number of a newer version is `None` and stays in the record untouched.
            pub fn from_code(code: i64) -> Option<Self> { Self::ALL.iter().copied().find(|x| x.code() == code) }
            /// By word.
            pub fn from_word(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|x| x.word() == word) }
        }
    };
}

codes! {
    /// How a household holds its dwelling.
    OccupancyKind {
        /// 自有.
        Owner = 1, "owner";
        /// 租住.
        Tenant = 2, "tenant";
        /// 公房.
        Public = 3, "public";
        /// 其他.
        Other = 8, "other";
        /// 未知.
        Unknown = 0, "unknown";
    }
}
codes! {
    /// Kind of residence.
    ResidenceKind {
        /// 户籍.
        Registered = 1, "registered";
        /// 常住.
        Usual = 2, "usual";
        /// 流动.
        Floating = 3, "floating";
        /// 境外.
        Overseas = 4, "overseas";
    }
}
codes! {
    /// Why a residence ended.
    ResidenceEnd {
        /// 迁出.
        MovedAway = 1, "moved_away";
        /// 死亡.
        Died = 2, "died";
        /// 录错.
        EnteredByMistake = 3, "entered_by_mistake";
    }
}
codes! {
    /// What came of a visit.
    VisitOutcome {
        /// 没变.
        NothingChanged = 1, "nothing_changed";
        /// 有变化.
        Changed = 2, "changed";
        /// 没见到人.
        NobodyHome = 3, "nobody_home";
        /// 不愿接待.
        Declined = 4, "declined";
        /// 走访: somebody was met, and whether anything changed was not all told.
        Met = 5, "met";
    }
}
codes! {
    /// How often a care duty asks for contact.
    Cadence {
        /// 每月.
        Monthly = 1, "monthly";
        /// 每季.
        Quarterly = 2, "quarterly";
        /// 每年.
        Yearly = 3, "yearly";
        /// 有任务时.
        OnTask = 4, "on_task";
    }
}
codes! {
    /// Level of an area.
    AreaLevel {
        /// 县/区.
        County = 1, "county";
        /// 镇街.
        Town = 2, "town";
        /// 村社区.
        Community = 3, "community";
        /// 网格.
        Grid = 4, "grid";
        /// 微网格.
        MicroGrid = 5, "micro_grid";
    }
}
codes! {
    /// Kind of a grid cell.
    GridKind {
        /// 基础网格.
        Basic = 1, "basic";
        /// 专属网格.
        Exclusive = 2, "exclusive";
        /// 微网格.
        Micro = 3, "micro";
    }
}
codes! {
    /// Role of a worker.
    WorkerRole {
        /// 县级中心.
        CountyCentre = 1, "county_centre";
        /// 镇街中心.
        TownCentre = 2, "town_centre";
        /// 网格长.
        GridHead = 3, "grid_head";
        /// 专职网格员.
        FullTime = 4, "full_time";
        /// 兼职网格员.
        PartTime = 5, "part_time";
        /// 协管员、楼栋长、志愿者: reports and follows own items only, sees no person records.
        Helper = 6, "helper";
        /// 部门处置人员.
        Department = 7, "department";
    }
}
codes! {
    /// Half of the day a patrol belongs to.
    Slot {
        /// 上午.
        Morning = 1, "morning";
        /// 下午.
        Afternoon = 2, "afternoon";
    }
}
codes! {
    /// Verbs of an incident's life; the rules about them live in `incident_flow`.
    StepVerb {
        /// 上报.
        Report = 1, "report";
        /// 自行处置.
        SelfResolve = 2, "self_resolve";
        /// 受理.
        Accept = 3, "accept";
        /// 派遣.
        Dispatch = 4, "dispatch";
        /// 处置.
        Handle = 5, "handle";
        /// 核查.
        Verify = 6, "verify";
        /// 结案.
        Close = 7, "close";
        /// 退回.
        Return = 8, "return";
        /// 转办.
        Transfer = 9, "transfer";
        /// 延期.
        Extend = 10, "extend";
        /// 挂账.
        Suspend = 11, "suspend";
        /// 撤回.
        Withdraw = 12, "withdraw";
        /// 作废.
        Void = 13, "void";
        /// 评价.
        Rate = 14, "rate";
        /// 补充.
        Supplement = 15, "supplement";
        /// 上报上级.
        Escalate = 16, "escalate";
        /// 恢复 after 挂账.
        Resume = 17, "resume";
        /// 重开.
        Reopen = 18, "reopen";
    }
}
