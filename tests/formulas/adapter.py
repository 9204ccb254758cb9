"""Thin glue from the functions of examples.csv, and further examples, to barrymore.formulas."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from barrymore.formulas import (
    bounds,
    charts,
    clock,
    devices,
    experiments,
    grades,
    intervals,
    leagues,
    outcomes,
    representativeness,
    scores,
    service_level,
    waiting,
    weighting,
    working_time,
)
from barrymore.formulas.errors import FormulaError

Result = dict[str, Any]
FUNCTIONS: dict[str, Callable[..., Result]] = {}


def rounded(value: Any) -> Any:
    """Eight decimals like the examples, whose tolerance can be finer than their last decimal."""
    if isinstance(value, float):
        return round(value, 8)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, (list, tuple)) else value


def example(function: Callable[..., Result]) -> Callable[..., Result]:
    """Register under its own name; a refused input becomes {"error": code}."""

    @functools.wraps(function)
    def guarded(**inputs: Any) -> Result:
        try:
            return rounded(function(**inputs))
        except FormulaError as error:
            return {"error": error.code}

    FUNCTIONS[function.__name__] = guarded
    return guarded


def fields(value: Any, **names: str) -> Result:
    """Named attributes as a result, all None where there is no value."""
    return {key: getattr(value, name, None) for key, name in names.items()}


def ends(interval: Sequence[float] | None) -> list[float] | None:
    return None if interval is None else [interval[0], interval[1]]


@example
def outcome_rates(
    I: int = 0,  # noqa: E741
    P: int = 0,
    R: int = 0,
    NC: int = 0,
    O: int = 0,  # noqa: E741
    UH: int = 0,
    UO: int = 0,
    e: float | None = None,
) -> Result:
    counts = outcomes.OutcomeCounts(I, P, R, NC, O, UH, UO, 1.0 if e is None else e)
    return {name.upper(): rate for name, rate in asdict(outcomes.response_rates(counts)).items()}


@example
def classify_case(
    answered: int, applicable: int, complete_gt: float = 0.8, partial_ge: float = 0.5
) -> Result:
    return {"disposition": outcomes.classify(answered, applicable, complete_gt, partial_ge)}


@example
def publish_gate(
    mode: str,
    green: int = 0,
    red: int = 0,
    served: int | None = None,
    solicited: bool | None = None,
    r_indicator: float = 1.0,
    external_count: int | None = None,
    gaming_share: float | None = None,
    known_lost: float | None = None,
) -> Result:
    # Without strata there is one stratum, which answers as evenly as itself: R = 1.
    survey = solicited if solicited is not None else "feedback" not in mode and "unsolicited" not in mode
    answered = green + red
    deviation = None if served is None else grades.frame_deviation(served, external_count)
    verdict = grades.grade(
        grades.GateInputs(
            "survey" if survey else "feedback",
            answered,
            served,
            r_indicator,
            deviation,
            gaming_share,
            known_lost,
        )
    )
    countable = verdict.grade != "F" and served
    return {
        "response_rate": answered / served if countable and served else None,
        "estimate": green / answered if verdict.show_estimate else None,
        "publishable": verdict.show_estimate,
        "reason": None if verdict.show_estimate else verdict.reasons[0],
        "incidents": red,
    }


@example
def binom_intervals(x: int, n: int, conf: float = 0.95) -> Result:
    return {
        "wilson": ends(intervals.wilson(x, n, conf)),
        "jeffreys_bcd": ends(intervals.jeffreys(x, n, conf)),
        "agresti_coull": ends(intervals.agresti_coull(x, n, conf)),
        "clopper_pearson": ends(intervals.clopper_pearson(x, n, conf)),
    }


@example
def wilson_fpc(x: int, n: int, N: int, conf: float = 0.95) -> Result:
    return fields(intervals.wilson_finite(x, n, N, conf), low="low", high="high", n_eff="effective_n")


@example
def hypergeom_exact(x: int, n: int, N: int, conf: float = 0.95) -> Result:
    return fields(intervals.hypergeometric(x, n, N, conf), low="low", high="high")


@example
def manski_bounds(satisfied: int, dissatisfied: int, served: int | None) -> Result:
    found = None if served is None else bounds.manski(satisfied, dissatisfied, served)
    names = ("low", "high", "width", "response_rate", "naive")
    return fields(found, **{name: name for name in names})


@example
def prolan_index(green: int, red: int, served: int | None = None, solicited: bool = True) -> Result:
    zones = bounds.zones(green, red, served, solicited)
    answered = green + red
    result = fields(
        zones,
        satisfied="satisfied",
        not_satisfied_floor="dissatisfied",
        tolerance_zone="tolerance",
        dissatisfaction_index="not_confirmed_satisfied",
    )
    result["naive_green_share"] = green / answered if zones and answered else None
    return result if solicited else {**result, "reason": "FEEDBACK_NOT_SURVEY"}


@example
def imbens_manski_ci(satisfied: int, dissatisfied: int, served: int, conf: float = 0.95) -> Result:
    found = bounds.imbens_manski(satisfied, dissatisfied, served, conf)
    return fields(found, low="low", high="high", C="multiplier")


@example
def compare_under_nonresponse(A: Mapping[str, int], B: Mapping[str, int]) -> Result:
    first, second = bounds.manski(**A), bounds.manski(**B)
    pairs = {name: [b.low, b.high] if b else None for name, b in (("A", first), ("B", second))}
    return {**pairs, "verdict": bounds.compare(first, second)}


@example
def min_rr_for_claim(observed_satisfied: float, claim_at_least: float) -> Result:
    return {"min_response_rate": bounds.rate_needed(observed_satisfied, claim_at_least)}


@example
def r_indicator(stratum_served: list[int], stratum_responded: list[int]) -> Result:
    found = representativeness.r_indicator(stratum_served, stratum_responded)
    return fields(
        found, R="r_indicator", S="deviation", mean_propensity="mean_propensity", max_bias="max_bias"
    )


@example
def rake(
    sample: weighting.Table,
    row_totals: list[float],
    col_totals: list[float],
    satisfied: weighting.Table | None = None,
) -> Result:
    raked = weighting.rake(sample, row_totals, col_totals)
    return {
        "cells": [list(row) for row in raked.cells],
        "weights": [list(row) for row in raked.weights],
        "weighted_satisfied": weighting.raked_share(raked, sample, satisfied) if satisfied else None,
        "kish_neff": raked.kish.effective_n,
        "kish_deff": raked.kish.design_effect,
    }


@example
def rake_refuse(sample: weighting.Table, row_totals: list[float], col_totals: list[float]) -> Result:
    weighting.rake(sample, row_totals, col_totals)
    return {"error": None}


@example
def kish(weights: list[float]) -> Result:
    return fields(weighting.kish(weights), neff="effective_n", deff="design_effect")


@example
def poststratify(stratum_served: list[int], stratum_n: list[int], stratum_x: list[int]) -> Result:
    found = weighting.poststratify(stratum_served, stratum_n, stratum_x)
    return fields(found, estimate="estimate", se="standard_error", naive="naive")


@example
def nps(promoters: int, passives: int, detractors: int) -> Result:
    found = scores.nps(scores.NpsCounts(promoters, passives, detractors))
    result = fields(found, nps="score", se="standard_error", wald95="wald", adj_wald95="adjusted")
    return {**result, "wald95": ends(result["wald95"]), "adj_wald95": ends(result["adj_wald95"])}


@example
def nps_classify(scores: list[float | None]) -> Result:
    return asdict(scores_module.nps_counts(scores))


@example
def nps_diff(A: list[int], B: list[int]) -> Result:
    found = scores.nps_difference(scores.NpsCounts(*A), scores.NpsCounts(*B))
    return fields(found, diff="difference", se="standard_error", z="z", p="p", significant="significant")


@example
def csat_top2(scores: list[float | None], scale: Sequence[int] = (1, 5)) -> Result:
    found = scores_module.csat(scores, (scale[0], scale[1]))
    result = fields(found, csat="share", wilson="interval", mean="mean")
    return {**result, "wilson": ends(result["wilson"])}


@example
def ces(scores: list[float | None], scale: Sequence[int] = (1, 7), agree_from: int = 5) -> Result:
    found = scores_module.ces(scores, (scale[0], scale[1]), agree_from)
    result = fields(found, mean="mean", t95="interval", share_agree="share_agree")
    return {**result, "t95": ends(result["t95"])}


# Three examples call their input `scores`, which hides the module inside them.
scores_module = scores


def waits(calls: Sequence[Sequence[Any]]) -> tuple[list[float], list[float]]:
    """Answered waits and all others; who is still waiting is censored like who left."""
    answered = [seconds for outcome, seconds in calls if outcome == "ans"]
    return answered, [seconds for outcome, seconds in calls if outcome != "ans"]


@example
def queue_kpis(calls: list[Sequence[Any]], T: float = 20, short_abandon_lt: float = 5) -> Result:
    answered = waits(calls)[0]
    left = [seconds for outcome, seconds in calls if outcome == "abn"]
    counts = service_level.count_calls(answered, left, T, short_abandon_lt)
    levels = service_level.service_levels(counts)
    abandon, abandon_without_short = service_level.abandon_rates(counts)
    return {
        "offered": counts.offered,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "short_abandons": counts.short_abandons,
        "ASA": waiting.mean_wait(answered),
        "TSF_answered_only": levels.answered_only,
        "TSF_asterisk_SL2": levels.answered_or_left_in_target,
        "TSF_strict": levels.strict,
        "TSF_excl_short": levels.without_short,
        "TSF_excl_ab_within_T": levels.without_left_in_target,
        "abandon_rate": abandon,
        "abandon_rate_excl_short": abandon_without_short,
    }


@example
def asterisk_holdtime_is_not_asa(waits: list[float]) -> Result:
    return {"asterisk_holdtime": waiting.asterisk_holdtime(waits), "asa": waiting.mean_wait(waits)}


@example
def percentile(x: list[float], q: float) -> Result:
    return {
        "nearest_rank": waiting.percentile(x, q),
        "linear_type7": waiting.interpolated_percentile(x, q),
    }


@example
def wait_km(calls: list[Sequence[Any]]) -> Result:
    answered, others = waits(calls)
    curve = waiting.wait_curve(answered, others)
    return {
        "S20": curve.still_waiting(20),
        "S40": curve.still_waiting(40),
        "median": curve.median,
        "naive_median_answered": waiting.naive_median(answered),
    }


@example
def service_level_icmi(
    answered: int, abandoned: int, answered_in_T: int, abandoned_in_T: int, short_abandons: int
) -> Result:
    levels = service_level.service_levels(
        service_level.QueueCounts(answered, abandoned, answered_in_T, abandoned_in_T, short_abandons)
    )
    return fields(
        levels,
        f1_ans_plus_ab_in_T_over_offered="answered_or_left_in_target",
        f2_answered_only="answered_only",
        f3_strict="strict",
        f4_excl_ab_in_T="without_left_in_target",
        f5_excl_short="without_short",
    )


@example
def aht(talk: list[float], hold: list[float], wrap: list[float]) -> Result:
    return {"AHT": service_level.average_handling_time(talk, hold, wrap)}


@example
def fcr(
    resolved_contacts: list[Mapping[str, Any]],
    window_days: float = 7,
    observed_until_day: float = float("inf"),
) -> Result:
    contacts = [(contact["cust"], contact["t"]) for contact in resolved_contacts]
    found = service_level.first_contact_resolution(contacts, window_days, observed_until_day)
    return {"first_contacts": found.judged, "fcr": found.share}


def calendar(tz: str, week: Mapping[str, Any], holidays: Any) -> working_time.WorkingWeek:
    """Holidays are dates, or dates with special hours."""
    special = holidays if isinstance(holidays, Mapping) else {day: [] for day in holidays or []}
    return working_time.WorkingWeek(
        tz,
        {int(day): [(block[0], block[1]) for block in blocks] for day, blocks in week.items()},
        {date.fromisoformat(day): [(b[0], b[1]) for b in blocks or []] for day, blocks in special.items()},
    )


def moment(text: str, tz: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(tz))


@example
def business_minutes(start: str, end: str, tz: str, week: Mapping[str, Any], holidays: Any = ()) -> Result:
    spent = working_time.working_time_between(
        moment(start, tz), moment(end, tz), calendar(tz, week, holidays)
    )
    return {"business_minutes": max(0.0, spent / timedelta(minutes=1))}


@example
def due_at(start: str, minutes: float, tz: str, week: Mapping[str, Any], holidays: Any = ()) -> Result:
    due = working_time.add_working_time(
        moment(start, tz), timedelta(minutes=minutes), calendar(tz, week, holidays)
    )
    return {"due": due.astimezone(ZoneInfo(tz)).isoformat()}


@example
def sla_clock_pause(events: list[tuple[float, str]], now: float | None = None) -> Result:
    return {"active_minutes": clock.active_time([(at, event) for at, event in events], now)}


@example
def beta_binomial_shrink(x: list[int], n: list[int]) -> Result:
    found = leagues.shrink(x, n)
    return {
        "alpha": found.alpha if found.rankable else float("inf"),
        "beta": found.beta if found.rankable else float("inf"),
        "prior_mean": found.prior_mean,
        "posterior_mean": list(found.means),
        "ci95": [ends(one) for one in found.intervals],
    }


@example
def funnel_limits(n: int, p0: float) -> Result:
    found = leagues.funnel_limits(n, p0)
    return {
        "l998": found.action.low,
        "u998": found.action.high,
        "l95": found.warning.low,
        "u95": found.warning.high,
    }


@example
def prob_better(A: list[float], B: list[float]) -> Result:
    prob = leagues.probability_better((A[0], A[1]), (B[0], B[1]))
    claim = "A>B" if prob > leagues.CLAIM_ABOVE else "B>A" if 1 - prob > leagues.CLAIM_ABOVE else None
    return {"prob": prob, "claim": claim}


@example
def p_chart_limits(pbar: float, n: list[int]) -> Result:
    limits = charts.p_chart_limits(pbar, n)
    return {"lcl": [one.low for one in limits], "ucl": [one.high for one in limits]}


@example
def exact_binom_signal(p0: float, n: int, alpha_one_sided: float = charts.SIGNAL_ALPHA) -> Result:
    return {"signal_if_x_ge": charts.exact_signal(p0, n, alpha_one_sided)}


@example
def laney_p_prime(x: list[int], n: list[int]) -> Result:
    found = charts.laney(x, n)
    return {
        "pbar": found.level,
        "sigma_z": found.spread,
        "lcl": [one.low for one in found.limits],
        "ucl": [one.high for one in found.limits],
    }


@example
def ewma(x: list[float], mu0: float, sigma: float, lam: float, L: float) -> Result:
    found = charts.ewma(x, mu0, sigma, lam, L)
    return {
        "z_last": found.levels[-1],
        "ucl_last": found.limits[-1].high,
        "first_signal_index": found.first_signal,
    }


@example
def cusum(x: list[float], mu0: float, sigma: float, k: float, h: float) -> Result:
    found = charts.cusum(x, mu0, sigma, k, h)
    return {
        "first_signal_index": found.first_signal,
        "c_plus": list(found.above),
        "c_minus": list(found.below),
    }


@example
def cusum_arl(k: float, h: float, shift: float = 0.0, two_sided: bool = True) -> Result:
    return {"arl": charts.cusum_run_length(k, h, shift, two_sided=two_sided)}


@example
def ewma_arl(lam: float, L: float, shift: float = 0.0, asymptotic_limits: bool = True) -> Result:
    assert asymptotic_limits
    return {"arl": charts.ewma_run_length(lam, L, shift)}


@example
def bernoulli_cusum(y: list[int], p0: float, p1: float, h: float) -> Result:
    found = charts.bernoulli_cusum(y, p0, p1, h)
    at = found.first_signal or len(found.above)
    return {"first_signal_index": found.first_signal, "s": found.above[at - 1]}


@example
def two_prop(x1: int, n1: int, x2: int, n2: int, conf: float = 0.95) -> Result:
    found = experiments.compare_shares(x1, n1, x2, n2, conf)
    return {
        "diff": found.difference,
        "newcombe10": ends(found.interval),
        "z_pooled": found.z,
        "p_z": found.p,
        "p_fisher": found.exact_p,
    }


@example
def msprt_two_binomial(mean_a: float, mean_b: float, n_per_arm: int, tau2: float) -> Result:
    return fields(
        experiments.mixture_test(mean_a, mean_b, n_per_arm, tau2), Lambda="ratio", p_always_valid="p"
    )


@example
def anytime_valid_ci(x: int, n: int, alpha: float = 0.05, prior: Sequence[float] = (0.5, 0.5)) -> Result:
    found = experiments.confidence_sequence(x, n, alpha, (prior[0], prior[1]))
    return {"low": found.low, "high": found.high}


@example
def wald_sprt(y: list[int], p0: float, p1: float, alpha: float = 0.05, beta: float = 0.1) -> Result:
    found = experiments.wald_sequential(y, p0, p1, alpha, beta)
    return {"decision": str(found.verdict), "n": found.n, "llr": found.log_ratio}


@example
def group_sequential(looks: int, kind: str = "obf", alpha_two_sided: float = 0.05) -> Result:
    constant, bounds_ = experiments.planned_looks(looks, kind, alpha_two_sided)
    return {"constant": constant, "z_bounds": list(bounds_)}


@example
def multiple_comparisons(p: list[float], alpha: float = 0.05, method: str = "holm") -> Result:
    found = experiments.adjust_many(p, alpha, method)
    return {"rejected": found.rejected, "p_adj": list(found.p)}


@example
def sample_size(p1: float, p2: float, alpha: float = 0.05, power: float = 0.8) -> Result:
    return {"n_per_arm": experiments.sample_size(p1, p2, alpha, power)}


@example
def ingest(events_dev_seq_ts_btn: list[list[Any]]) -> Result:
    taken = devices.take_events((event[0], event[1]) for event in events_dev_seq_ts_btn)
    return {
        "accepted": taken.accepted,
        "duplicates": taken.duplicates,
        "gaps": {key: list(numbers) for key, numbers in taken.gaps.items()},
        "per_device": dict(taken.per_device),
        **{f"ordered_{key}": list(numbers) for key, numbers in taken.order.items() if key == "k1"},
    }


@example
def dead_device_p(
    expected_per_hour: float, silent_open_hours: float, alert_below: float = devices.ALERT_BELOW
) -> Result:
    p = devices.silence_probability(expected_per_hour, silent_open_hours)
    return {"p": p, "alert": p < alert_below}


@example
def burst_p(presses: int, window_s: float, base_per_hour: float) -> Result:
    mean, p = devices.burst_probability(presses, window_s, base_per_hour)
    return {"mu": mean, "p": p}
