import FaxCore

/// Measured costs by program and size of file, and what is demanded of them.
struct SpeedTable {
    struct Row {
        var program: String
        var octets: Int
        var cost: ChildProcess.Cost
    }

    private(set) var rows: [Row] = []

    mutating func append(_ program: String, octets: Int, _ costs: [ChildProcess.Cost]) {
        rows.append(Row(program: program, octets: octets, cost: Self.median(costs)))
    }

    subscript(program: String, octets: Int) -> ChildProcess.Cost? {
        rows.first { $0.program == program && $0.octets == octets }?.cost
    }

    /// Each figure's own median: one disturbed run moves none of them.
    private static func median(_ costs: [ChildProcess.Cost]) -> ChildProcess.Cost {
        func middle<Value: Comparable>(_ values: [Value]) -> Value { values.sorted()[values.count / 2] }
        return ChildProcess.Cost(
            status: costs.map(\.status).max() ?? 0, cpu: middle(costs.map(\.cpu)), wall: middle(costs.map(\.wall)),
            peakKiB: middle(costs.map(\.peakKiB)))
    }

    func text() -> String {
        let width = rows.map(\.program.count).max() ?? 0
        let lines = rows.map { row in
            [
                row.program.padded(to: width), "\(row.octets / 1_000_000) MB".padded(left: 8),
                Self.seconds(row.cost.cpu).padded(left: 9), Self.seconds(row.cost.wall).padded(left: 9),
                "\(row.cost.peakKiB / 1024) MiB".padded(left: 9),
            ].joined(separator: "  ")
        }
        let head = ["program".padded(to: width), "    file", "  CPU (s)", " wall (s)", "     peak"].joined(
            separator: "  ")
        return ([head] + lines).joined(separator: "\n")
    }

    static func seconds(_ duration: Duration) -> String {
        let hundredths = Int((duration.inSeconds * 100).rounded())
        return "\(hundredths / 100)." + "\(100 + hundredths % 100)".dropFirst()
    }

    /// With two decimals.
    static func ratio(_ part: Duration, _ whole: Duration) -> Double {
        (part.inSeconds / max(whole.inSeconds, 1e-9) * 100).rounded() / 100
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
