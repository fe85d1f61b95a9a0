/// A line of a dashboard and how it is meant.
public struct DashboardLine: Sendable, Hashable {
    public enum Tone: Sendable, Hashable {
        case plain, strong, good, bad, faint
    }

    public var text: String
    public var tone: Tone

    init(_ text: String, _ tone: Tone = .plain) {
        self.text = text
        self.tone = tone
    }

    /// At most so many characters, `…` for what is cut off.
    func cut(to width: Int) -> DashboardLine {
        guard text.count > width else { return self }
        return DashboardLine(width < 1 ? "" : String(text.prefix(width - 1)) + "…", tone)
    }

    /// With the colours of ECMA-48 §8.3.117.
    public var coloured: String {
        switch tone {
        case .plain: text
        case .strong: "\u{1B}[1m\(text)\u{1B}[0m"
        case .good: "\u{1B}[32m\(text)\u{1B}[0m"
        case .bad: "\u{1B}[31m\(text)\u{1B}[0m"
        case .faint: "\u{1B}[2m\(text)\u{1B}[0m"
        }
    }
}

/// Texts of fixed width, side by side.
enum Column {
    static func left(_ text: String, _ width: Int) -> String {
        let cut = text.count > width ? String(text.prefix(width - 1)) + "…" : text
        return cut + String(repeating: " ", count: width - cut.count)
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + String(text.suffix(width))
    }

    /// Minutes and seconds, and hours where there are any.
    static func time(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.components.seconds))
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        let tail = two(minutes) + ":" + two(seconds % 60)
        return hours > 0 ? "\(hours):\(tail)" : tail
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// 17265 as `17,265`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(abs(number)))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }
}
