/// Sizes of a call's picture, in pixels.
enum PictureLayout {
    static let left = 84.0
    /// Of the time axis.
    static let plot = 1_800.0
    static let right = 76.0
    static var width: Double { left + plot + right }
    static let type = 10.0
    static let labelRow = 12.0
    /// Rows of labels under the boxes, and over the picture for SIP.
    static let labelRows = 3
    static let lane = 17.0
    static let losses = 7.0
    /// Rows of the picture: what would be more makes each row longer.
    static let rowLimit = 24
    /// Longest row, as long as fewer than ``rowLimit`` are needed.
    static let rowSeconds = 36.0
    /// Boxes, marks and lines of one picture; what comes after is left out, and the picture says so.
    static let elementLimit = 20_000

    /// Rows of one length, in whole seconds, for a call that is so long: 4 hours at most, 24 rows of 600 s.
    static func seconds(for length: Double) -> Double {
        let rows = min(Double(rowLimit), max(1, (length / rowSeconds).rounded(.up)))
        return max(10, (length / rows / 2).rounded(.up) * 2)
    }

    /// Seconds between two numbers on the axis of a row.
    static func tick(rowSeconds: Double) -> Double {
        [2.0, 5, 10, 20, 50].first { $0 * plot / rowSeconds >= 90 } ?? 50
    }

    static let style = """
        text{font-family:"DejaVu Sans",Verdana,sans-serif;font-size:10px;fill:#1c1c1c}
        .title{font-size:17px;font-weight:bold}
        .subtitle{font-size:12px;fill:#333}
        .side{font-size:12px;font-weight:bold}
        .small{font-size:9px;fill:#555}
        .sip{fill:#0b5d4e}
        .axis{stroke:#555;stroke-width:1}
        .grid{stroke:#000;stroke-opacity:.13;stroke-width:1}
        .frame{fill:none;stroke:#999;stroke-width:.7}
        .hang{stroke:#888;stroke-width:.7;fill:none}
        .siplines{stroke:#0b7a66;stroke-width:1;stroke-dasharray:4 3;fill:none}
        .phase0{fill:#eceff3}
        .phase1{fill:#dfe4ea}
        .lost{stroke:#d40000;stroke-width:7;fill:none}
        .repaired{stroke:#f0a000;stroke-width:7;fill:none}
        .slip{stroke:#a000c0;stroke-width:7;fill:none}
        .flaw{stroke:#d40000;stroke-width:5;fill:none}
        .tone{fill:#cfeacb;stroke:#3d8a3a;stroke-width:.8}
        .preamble{fill:#e9e9e9;stroke:#999;stroke-width:.8}
        .command{fill:#cfe0f7;stroke:#2f66a8;stroke-width:.8}
        .training{fill:#fde0b8;stroke:#c07810;stroke-width:.8}
        .check{fill:#fff2a8;stroke:#a89000;stroke-width:.8}
        .page{fill:#e4d7f3;stroke:#7a4fb0;stroke-width:.8}
        .negotiation{fill:#c6ecec;stroke:#238a8a;stroke-width:.8}
        .sound{fill:#f6f6f0;stroke:#aaa88c;stroke-width:.8}
        .absent{fill:#e2e2e2;stroke:#999;stroke-width:.8}
        .damaged{fill:#f9caca;stroke:#c40000;stroke-width:1}
        """
}
