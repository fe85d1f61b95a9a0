import PcapDecode
import T30Analyzer

/// The folder of `--pictures`: each call drawn on its time axis.
public struct PictureFolder: Sendable {
    public typealias Failure = OutputFolder.Failure

    private let folder: OutputFolder

    /// Makes the folder when it is missing.
    public init(path: String, overwrites: Bool) throws(Failure) {
        folder = try OutputFolder(path: path, overwrites: overwrites)
    }

    /// Writes `call-N.svg` and, where modems received something, `call-N-constellations.svg`. `prefix`: put before the names when several captures go into one folder.
    public func write(_ analyzed: AnalyzedCall, prefix: String = "") throws(Failure) {
        let name = "\(prefix)call-\(analyzed.call.id)"
        try folder.put(Array(CallPicture.svg(analyzed).utf8), name + ".svg")
        if let constellations = ConstellationPicture.svg(analyzed) {
            try folder.put(Array(constellations.utf8), name + "-constellations.svg")
        }
    }
}
