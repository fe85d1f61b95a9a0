import FaxReport
import Simulator

/// Numbers of regression reports as text.
enum Figures {
    /// `97.5 %`. Only what is all or nothing reads as 100 % or 0 %.
    static func percent(_ share: Double) -> String {
        if share <= 0 { return "0 %" }
        if share >= 1 { return "100 %" }
        if share < 0.000_5 { return "< 0.1 %" }
        if share >= 0.999_5 { return "> 99.9 %" }
        return number(share * 100, digits: 1) + " %"
    }

    static func rate(_ calls: Proportion) -> String { calls.share.map(percent) ?? "–" }

    /// `195 of 200`
    static func counts(_ calls: Proportion) -> String { "\(calls.successes) of \(calls.tries)" }

    /// Wilson's, of 95 %: `93.2 to 99.1 %`.
    static func interval(_ calls: Proportion) -> String {
        if calls.tries == 0 { return "–" }
        let range = calls.wilson()
        return "\(number(range.lowerBound * 100, digits: 1)) to \(number(range.upperBound * 100, digits: 1)) %"
    }

    /// In percentage points, with its sign: `+1.5`.
    static func points(_ difference: Double) -> String {
        let text = number(difference * 100, digits: 1)
        return difference >= 0.000_5 ? "+" + text : text == "-0.0" ? "0.0" : text
    }

    static func number(_ value: Double, digits: Int) -> String { Decimals.text(value, digits: digits) ?? "?" }

    /// Not more digits than are worth reading: `0.034`, `0.5`, `< 0.001`.
    static func probability(_ p: Double) -> String {
        p < 0.001 ? "< 0.001" : number(p, digits: p < 0.1 ? 3 : 2)
    }

    /// `1 call`, `2 calls`
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
