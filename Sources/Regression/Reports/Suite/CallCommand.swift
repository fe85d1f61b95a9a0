import Simulator

/// The command line that runs one call of a suite again.
public struct CallCommand {
    let document: Suite.Document
    let path: Suite.Path
    let impairment: Suite.Impairment

    func text(seed: UInt64) -> String {
        (["faxprobe simulate"] + page + stations + network + ["--seed \(seed)"]).joined(separator: " ")
    }

    /// `pages=2 rows=400` are pages of ours; of a file its place is not known, so a name stands for it.
    private var page: [String] {
        if document.identity.hasPrefix("file=") { return ["--document \(Self.quoted(document.name + ".tif"))"] }
        let figures = document.identity.split(separator: " ").compactMap { word -> (String, Int)? in
            let parts = word.split(separator: "=")
            guard parts.count == 2, let number = Int(parts[1]) else { return nil }
            return (String(parts[0]), number)
        }
        return figures.compactMap { name, number -> String? in
            switch name {
            case "pages" where number != 1: "--pages \(number)"
            case "rows" where number != SimulatedDocument.standardRows: "--rows \(number)"
            default: nil
            }
        }
    }

    private var stations: [String] {
        let options = path.options
        let words: [(String, String?)] = [
            ("transport", options.transport.rawValue), ("max-rate", options.maxRate.map(String.init)),
            ("redundancy", options.redundancy.map(String.init)), ("fec", options.fec), ("plc", options.concealment),
            ("jitter-buffer", options.jitterBuffer), ("skew", options.skew), ("codec", options.codec),
            ("ptime", options.packetTimeMs.map(String.init)),
        ]
        return words.compactMap { name, value in value.map { Self.option(name, $0) } }
            + (options.hasECM ? [] : ["--no-ecm"]) + options.faults.map { Self.option("fault", $0) }
    }

    private var network: [String] {
        impairment.network.map { Self.option($0.name, $0.value) }
            + (impairment.direction == .both ? [] : ["--direction \(impairment.direction.rawValue)"])
    }

    /// A value that begins with a minus would be taken for an option.
    private static func option(_ name: String, _ value: String) -> String {
        "--\(name)\(value.hasPrefix("-") ? "=" : " ")\(quoted(value))"
    }

    /// For a shell of Unix.
    public static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_./:@%+=,".utf8.contains(octet)
                }
            }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
