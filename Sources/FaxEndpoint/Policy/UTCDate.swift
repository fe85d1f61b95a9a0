import FaxCore
import Foundation

/// Dates as people and files have them: `2026-11-21T20:15:00Z` (RFC 3339, whole seconds).
enum UTCDate {
    static func text(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: instant.seconds.rounded(.down)).formatted(.iso8601)
    }

    /// With `Z` or an offset such as `+01:00`, with a T or a blank between date and time.
    static func read(_ text: String) -> Instant? {
        guard text.utf8.count <= 40 else { return nil }
        let separator: Date.ISO8601FormatStyle.DateTimeSeparator = text.contains("T") ? .standard : .space
        for zone in [Date.ISO8601FormatStyle.TimeZoneSeparator.omitted, .colon] {
            let style = Date.ISO8601FormatStyle(dateTimeSeparator: separator, timeZoneSeparator: zone)
            guard let date = try? style.parse(text), abs(date.timeIntervalSince1970) < 8e9 else { continue }
            return Instant(seconds: date.timeIntervalSince1970)
        }
        return nil
    }
}
