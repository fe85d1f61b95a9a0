import FaxDSP
import FaxWire

/// Parameters of a session as Class 2 and 2.0 write them (T.32 8.5.1): `vr,br,wd,ln,df,ec,bf,st`.
struct ClassTwoParameters: Equatable {
    /// 0: 98 lines an inch, 1: 196, 2: 391; of abilities a mask.
    var resolution = 0
    /// 0 … 13: (1 + it) × 2400 bit/s.
    var rate = 0
    /// 0: 1728, 1: 2048, 2: 2432 pels.
    var width = 0
    /// 0: A4, 1: B4, 2: unlimited.
    var length = 2
    /// 0: MH, 1: MR, 2: MR uncompressed, 3: MMR.
    var coding = 0
    /// 0: none. Class 2: 1 with 64, 2 with 256 octets a frame; 2.0: 1 with either.
    var correction = 0
    var file = 0
    /// Of a line at least.
    var scanTime = 0

    init() {}

    /// `nil`: these are no eight numbers. Numbers of Class 2.0 are hexadecimal.
    init?(_ text: some StringProtocol, isHexadecimal: Bool) {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 8 else { return nil }
        var numbers: [Int] = []
        for field in fields.prefix(8) {
            let digits = String(field.filter { !" ()\"".contains($0) })
            guard let number = Int(digits, radix: isHexadecimal ? 16 : 10), (0...255).contains(number) else {
                return nil
            }
            numbers.append(number)
        }
        (resolution, rate, width, length) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (coding, correction, file, scanTime) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }

    var text: String {
        [resolution, rate, width, length, coding, correction, file, scanTime]
            .map { String($0, radix: 16, uppercase: true) }.joined(separator: ",")
    }

    var rateBps: Int { (rate + 1) * 2_400 }

    static func rate(ofBps bps: Int) -> Int { max(0, bps / 2_400 - 1) }

    var compression: PageDecoder.Compression { coding >= 3 ? .mmr : coding > 0 ? .mr : .mh }

    /// `nil`: a width that no page of ours has.
    var widthPx: Int? { Self.widths.indices.contains(width) ? Self.widths[width] : nil }

    static let widths = [1_728, 2_048, 2_432, 1_216, 864]

    /// Dots an inch; `nil`: another resolution.
    var dpiY: Int? {
        switch resolution {
        case 0: 98
        case 1: 196
        case 2: 391
        default: nil
        }
    }

    var terms: FaxTerms {
        var terms = FaxTerms()
        terms.rateBps = rateBps
        terms.modem = modem
        terms.hasECM = correction > 0
        terms.coding = compression.rawValue
        (terms.dpiX, terms.dpiY) = (dpiY == nil ? nil : 204, dpiY)
        terms.widthPx = widthPx
        return terms
    }

    /// Where the rate tells; V.29 and V.17 share 7200 and 9600 bit/s.
    private var modem: String? {
        switch rateBps {
        case ...4_800: T38Modem.v27ter.rawValue
        case 12_000, 14_400: T38Modem.v17.rawValue
        case 16_800...: T38Modem.v34.rawValue
        default: nil
        }
    }
}

extension ClassTwoParameters {
    /// Of a page that goes to a receiver: no more than it takes, and no more than we are to use.
    init(_ page: PageBitmap, for receiver: ClassTwoParameters, within own: ClassTwoParameters) {
        let wanted = page.dpiY > 250 ? 2 : page.dpiY > 150 ? 1 : 0
        resolution = wanted & receiver.resolution & own.resolution != 0 ? wanted : min(wanted, receiver.resolution & 1)
        rate = min(receiver.rate, own.rate)
        width = min(Self.widths.prefix(3).firstIndex { $0 >= page.widthPx } ?? 2, min(receiver.width, 2))
        length = min(receiver.length, own.length)
        correction = min(receiver.correction, own.correction)
        coding = min(receiver.coding, own.coding)
        // T.6 goes with error correction only, and uncompressed mode is nobody's.
        if coding == 2 || coding == 3 && correction == 0 { coding = 1 }
        scanTime = receiver.scanTime
    }

    /// For modems that refuse anything else.
    var plain: ClassTwoParameters {
        var plain = self
        (plain.coding, plain.correction) = (0, 0)
        return plain
    }
}
