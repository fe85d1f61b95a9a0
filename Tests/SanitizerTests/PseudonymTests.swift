import FaxCore
import Testing

@testable import Sanitizer

@Suite struct PseudonymTests {
    private func settled(_ values: [(String, Pseudonyms.Kind)], key: UInt64 = 3) -> Pseudonyms {
        let names = Pseudonyms(key: (key, ~key))
        for (value, kind) in values { _ = names.replacement(Array(value.utf8), kind) }
        names.settle()
        return names
    }

    private func text(_ names: Pseudonyms, _ value: String, _ kind: Pseudonyms.Kind) -> String {
        String(decoding: names.replacement(Array(value.utf8), kind), as: UTF8.self)
    }

    /// SipHash-2-4 of the octets 0…14 under the key 0…15 (its paper, appendix A).
    @Test func theHashIsSipHash() {
        let hash = KeyedHash(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
        #expect(hash((0..<15).map(UInt8.init)) == 0xA129_CA61_49BE_45E5)
    }

    @Test func aNumberWithAPrefixKeepsWhatItSharesWithTheOneWithout() {
        let names = settled([("495551234567", .number), ("5551234567", .number), ("1000", .number)])
        let (long, short) = (text(names, "495551234567", .number), text(names, "5551234567", .number))
        #expect(long.hasSuffix(short))
        #expect(long.count == 12)
        #expect(short != "5551234567")
        #expect(text(names, "00495551234567", .number).hasPrefix("00"))
        #expect(text(names, "00495551234567", .number).hasSuffix(long))
    }

    @Test func noReplacementIsAnOriginal() {
        let values = (1000..<1100).map { (String($0), Pseudonyms.Kind.number) }
        let names = settled(values)
        let images = Set(values.map { text(names, $0.0, .number) })
        #expect(images.count == values.count)
        #expect(images.allSatisfy { $0.count == 4 })
    }

    @Test func wordsKeepLengthAndCapitals() {
        var masked = MaskedText(
            Array("\"Alice Meyer\" <sip:alice@pbx.example.com:5080;user=phone>;tag=ab12".utf8), settled([]))
        masked.nameAddress(0..<masked.octets.count)
        let result = String(decoding: masked.octets, as: UTF8.self)
        #expect(result.hasSuffix(":5080;user=phone>;tag=" + result.suffix(4)))
        #expect(!result.lowercased().contains("alice"))
        #expect(!result.contains("example"))
        #expect(result.first == "\"" && result.dropFirst().first?.isUppercase == true)
        // The display name and the user are one name.
        let first = result.dropFirst().prefix(5).lowercased()
        #expect(result.contains("sip:\(first)@"))
    }

    @Test(arguments: [
        ("10.1.2.3", true), ("192.168.1.77", true), ("172.20.0.9", true), ("100.64.3.2", true), ("8.8.4.4", false),
        ("203.0.113.20", false), ("198.51.100.7", false), ("172.32.1.1", false), ("192.169.10.1", false),
    ])
    func addressesKeepClassAndLength(address: String, isPrivate: Bool) throws {
        for seed in UInt64(0)..<20 {
            var masked = MaskedText(Array(address.utf8), settled([], key: seed))
            masked.host(0..<masked.octets.count)
            let text = String(decoding: masked.octets, as: UTF8.self)
            let new = try #require(IPAddress(text))
            #expect(new.isPrivate == isPrivate, "\(text)")
            #expect(text.split(separator: ".").map(\.count) == address.split(separator: ".").map(\.count))
        }
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0", "224.0.1.75", "255.255.255.255", "::1", "ff02::1", "anonymous.invalid"])
    func whatNamesNobodyStays(address: String) {
        var masked = MaskedText(Array(address.utf8), settled([]))
        masked.host(0..<masked.octets.count)
        #expect(String(decoding: masked.octets, as: UTF8.self) == address)
    }

    @Test(arguments: ["2001:db8::a:1", "fd00:1:2::10", "fe80::1234:56ff:fe78:9abc", "2001:DB8:0:0:1:2:3:4"])
    func addressesOfVersion6KeepTheirForm(address: String) throws {
        var masked = MaskedText(Array(address.utf8), settled([]))
        masked.host(0..<masked.octets.count)
        let text = String(decoding: masked.octets, as: UTF8.self)
        let (old, new) = (try #require(IPAddress(address)), try #require(IPAddress(text)))
        #expect(new != old)
        #expect(new.isPrivate == old.isPrivate)
        #expect(
            text.split(separator: ":", omittingEmptySubsequences: false).map(\.count)
                == address.split(separator: ":", omittingEmptySubsequences: false).map(\.count))
        // As text and as octets in a header it is the same.
        let halves = [old.high, old.low]
        let octets: [UInt8] = halves.flatMap { half in
            (0..<8).map { (index: UInt64) in UInt8(truncatingIfNeeded: half >> (56 - 8 * index)) }
        }
        #expect(IPAddress(v6: settled([]).ipv6(octets)[...]) == new)
    }
}
