import ArgumentParser
import FaxDSP
import FaxEndpoint

/// What the fax machine of a call can do and says (T.30 5.3.6.2).
struct MachineArguments: ConfiguredOptions {
    @Option(help: ArgumentHelp("Where in the other machine the fax goes (SUB).", valueName: "digits"))
    var sub: String?
    @Option(help: ArgumentHelp("Who sends (SID); many machines check it like a password.", valueName: "digits"))
    var sid: String?
    @Option(help: ArgumentHelp("Password that goes with a poll (PWD).", valueName: "digits"))
    var pwd: String?
    @Option(help: ArgumentHelp("Which document is polled (SEP).", valueName: "digits"))
    var sep: String?
    @Option(
        help: ArgumentHelp("SID of who sends, PWD of who polls; others get DCN.", valueName: "digits"))
    var requirePassword: String?
    @Option(
        help: ArgumentHelp(
            "standard, fine, superfine, 300 or 400: as pages are drawn; the finest that is taken.", valueName: "name"))
    var resolution: FaxAbilities.Resolution?
    @Option(help: ArgumentHelp("Codings that may be used; mh,mr,mmr.", valueName: "names"))
    var compression: String?
    @Option(
        help: ArgumentHelp(
            "a4 (default), b4 or a3: how wide pages are drawn; the widest that is taken.", valueName: "size"))
    var pageSize: FaxAbilities.Width?
    @Option(help: ArgumentHelp("a4, b4 or unlimited (default): the longest page that is taken.", valueName: "length"))
    var pageLength: FaxAbilities.Length?
    @Option(help: ArgumentHelp("Time a line takes without ECM: 0 (default), 5, 10, 20 or 40.", valueName: "ms"))
    var scanLine: Int?
    @Option(help: ArgumentHelp("NSF of who answers, NSS of who calls, in hex.", valueName: "octets"))
    var nonStandard: String?

    func validate() throws {
        for (name, text) in [
            ("--sub", sub), ("--sid", sid), ("--pwd", pwd), ("--sep", sep), ("--require-password", requirePassword),
        ] where text.map(FaxAbilities.isAddress) == false {
            throw ValidationError("\(name) wants at most 20 digits, blanks and the signs + * #.")
        }
        guard [0, 5, 10, 20, 40].contains(scanLine ?? 0) else {
            throw ValidationError("--scan-line wants 0, 5, 10, 20 or 40 milliseconds.")
        }
        guard let octets, octets.count <= FaxAbilities.nonStandardLimit else {
            throw ValidationError("--non-standard wants at most \(FaxAbilities.nonStandardLimit) octets in hex.")
        }
        if compressionNames.contains("jbig") {
            throw ValidationError("--compression: libspandsp 0.0.6 has no JBIG; mh, mr and mmr are there.")
        }
        guard compressions != nil else {
            throw ValidationError("--compression wants mh, mr and mmr with commas between them.")
        }
    }

    private var octets: [UInt8]? {
        let digits = (nonStandard ?? "").utf8.filter { $0 != 0x20 && $0 != 0x3A }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[place..<place + 2], as: UTF8.self)
            guard pair.allSatisfy(\.isHexDigit), let octet = UInt8(pair, radix: 16) else { return nil }
            octets.append(octet)
        }
        return octets
    }

    private var compressionNames: [String] {
        (compression ?? "mh,mr,mmr").split(separator: ",").map(String.init)
    }

    /// MH is what every machine has (T.30 Table 2): it stays.
    private var compressions: [FaxStation.Compression]? {
        let names = compressionNames
        let isKnown = names.allSatisfy { name in FaxStation.Compression.allCases.contains { "\($0)" == name } }
        guard isKnown, !names.isEmpty else { return nil }
        return FaxStation.Compression.allCases.filter { $0 == .mh || names.contains("\($0)") }
    }

    /// The form of pages that are drawn.
    var form: PageForm { PageForm(resolution: resolution ?? .fine, width: pageSize ?? .a4) }

    func apply(to fax: inout FaxProfile) {
        fax.compressions = compressions ?? fax.compressions
        fax.abilities.subaddress = sub ?? ""
        fax.abilities.senderIdentification = sid ?? ""
        fax.abilities.password = pwd ?? ""
        fax.abilities.selectivePollingAddress = sep ?? ""
        fax.abilities.requiredPassword = requirePassword
        fax.abilities.width = pageSize ?? .a4
        fax.abilities.length = pageLength ?? .unlimited
        fax.abilities.minimumScanLineMs = scanLine ?? 0
        fax.abilities.nonStandard = octets ?? []
        if let resolution { fax.abilities.resolutions = resolution.andCoarser }
    }
}

extension MachineArguments {
    static let names =
        [
            "sub", "sep", "resolution", "compression", "page-size", "page-length", "scan-line", "non-standard",
        ] + secrets
    /// Others check them like passwords.
    static let secrets = ["sid", "pwd", "require-password"]

    func over(_ other: MachineArguments) -> MachineArguments {
        var merged = self
        merged.sub = sub ?? other.sub
        merged.sid = sid ?? other.sid
        merged.pwd = pwd ?? other.pwd
        merged.sep = sep ?? other.sep
        merged.requirePassword = requirePassword ?? other.requirePassword
        merged.resolution = resolution ?? other.resolution
        merged.compression = compression ?? other.compression
        merged.pageSize = pageSize ?? other.pageSize
        merged.pageLength = pageLength ?? other.pageLength
        merged.scanLine = scanLine ?? other.scanLine
        merged.nonStandard = nonStandard ?? other.nonStandard
        return merged
    }
}

extension FaxAbilities.Resolution: ExpressibleByArgument {}
extension FaxAbilities.Width: ExpressibleByArgument {}
extension FaxAbilities.Length: ExpressibleByArgument {}
