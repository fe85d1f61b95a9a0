import FaxCore

/// Names of received files: the date, the number of the call and some digits that nobody else has. Nothing of a call is
/// in them.
enum ReceptionName {
    static func text(date: Instant, number: Int, random: UInt64) -> String {
        let seconds = date.nanoseconds / 1_000_000_000
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        let (year, month, day) = civil(days)
        let stamp =
            digits(year, 4) + digits(month, 2) + digits(day, 2) + "-" + digits(Int(rest / 3_600), 2)
            + digits(Int(rest / 60 % 60), 2) + digits(Int(rest % 60), 2)
        let mark = String(random & 0xFF_FFFF | 0x100_0000, radix: 16).dropFirst()
        return "fax-\(stamp)-\(number)-\(mark)"
    }

    private static func digits(_ value: Int, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    /// The date of a day since 1970 in the Gregorian calendar, counted in eras of 400 years that begin with March.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let ofEra = shifted % 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
