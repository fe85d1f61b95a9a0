import FaxCore

/// A limit on speed or memory, and what was measured.
struct Demand {
    var text: String
    var isMet: Bool

    private init(_ what: String, measured: String, limit: String, isMet: Bool) {
        text = "\(isMet ? "✓" : "✗") \(what): \(measured) (limit \(limit))"
        self.isMet = isMet
    }

    /// Those for which the table has figures.
    static func all(_ table: SpeedTable, sizes: [Int]) -> [Demand] {
        guard let size = sizes.first, let tcpdump = table["tcpdump", size], let one = table["faxprobe --jobs 1", size],
            let two = table["faxprobe --jobs 2", size]
        else { return [] }
        var demands = [
            atMost("CPU, one core, against tcpdump", SpeedTable.ratio(one.cpu, tcpdump.cpu), 2.5),
            atMost("wall time, two jobs, against tcpdump", SpeedTable.ratio(two.wall, tcpdump.wall), 1.6),
        ]
        if let tshark = table["tshark", size] {
            demands.append(atMost("CPU, one core, tshark / 15 = 1", SpeedTable.ratio(one.cpu, tshark.cpu / 15), 1))
        }
        let peak = max(one.peakKiB, two.peakKiB) / 1024
        demands.append(Demand("peak memory", measured: "\(peak) MiB", limit: "200 MiB", isMet: peak <= 200))
        demands += sizes.dropFirst().compactMap { growth(table, from: size, to: $0) }
        return demands
    }

    static func atLeast(_ what: String, _ value: Double, _ limit: Double) -> Demand {
        Demand(what, measured: text(value), limit: text(limit), isMet: value >= limit)
    }

    /// Ratios near 1 with their digits, large figures without.
    private static func text(_ value: Double) -> String { value < 10 ? "\(value)" : "\(Int(value))" }

    static func atMost(_ what: String, _ value: Double, _ limit: Double) -> Demand {
        Demand(what, measured: "\(value)", limit: "\(limit)", isMet: value <= limit)
    }

    /// A longer file costs its length in time and nothing in memory.
    private static func growth(_ table: SpeedTable, from size: Int, to longer: Int) -> Demand? {
        guard let one = table["faxprobe --jobs 1", size], let many = table["faxprobe --jobs 1", longer] else {
            return nil
        }
        let length = Double(longer) / Double(size)
        let time = SpeedTable.ratio(many.cpu, one.cpu)
        let memory = Double(many.peakKiB * 100 / max(1, one.peakKiB)) / 100
        return Demand(
            "\((length * 10).rounded() / 10) times the file",
            measured: "\(time) times the CPU, \(memory) times the memory",
            limit: "1.2 times the memory", isMet: memory <= 1.2)
    }
}
