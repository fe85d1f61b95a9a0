import FaxDSP

/// Texts that go into calls.
public enum CallText {
    /// What is wrong with it as TSI or CSI; `nil`: nothing.
    public static func identificationProblem(_ text: String) -> String? {
        text.utf8.count <= 20 && text.allSatisfy { "0123456789+ ".contains($0) }
            ? nil : "an id has at most 20 digits, blanks and plus signs"
    }

    /// As SUB (T.30 5.3.6.2.5).
    public static func addressProblem(_ text: String) -> String? {
        FaxAbilities.isAddress(text) ? nil : "an address has at most 20 digits, blanks and the signs + * #"
    }

    public static func headerProblem(_ text: String) -> String? {
        text.utf8.count <= 50 && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            ? nil : "a header has at most 50 characters, all on one line"
    }

    /// `90`, `90s`, `15m`, `24h`, `7d`, `500ms`, in seconds.
    public static func seconds(_ text: String) -> Double? {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number >= 0, number.isFinite else { return nil }
            return number * factor
        }
        return nil
    }
}
