import FaxCore
import FaxWire
import TestSupport
import Testing

@testable import Simulator

@Suite struct MutatorTests {
    @Test func sameSeedSameMutants() {
        let original = Array("INVITE sip:1000@10.0.0.1 SIP/2.0\r\nContent-Length: 12\r\n".utf8)
        var one = OctetMutator(seed: 5)
        var two = OctetMutator(seed: 5)
        var different = 0
        for _ in 0..<500 {
            let mutant = one.mutate(original, other: Array("BYE".utf8))
            #expect(mutant == two.mutate(original, other: Array("BYE".utf8)))
            #expect(mutant.count <= original.count + OctetMutator.growthLimit)
            if mutant != original { different += 1 }
        }
        #expect(different > 400)
    }

    @Test(arguments: [0, 1, 2])
    func smallestInputsHold(count: Int) {
        var mutator = OctetMutator(seed: 1)
        for _ in 0..<2000 { _ = mutator.mutate([UInt8](repeating: 0x41, count: count)) }
    }

    @Test func boundariesAreWhereRecordsBegin() throws {
        let file = try Corpus.bytes("captures/17a-sip-fail-486/capture.pcap")
        let mutator = try CaptureMutator(pcap: file, seed: 1)
        #expect(mutator.boundaries.first == PcapHeader.length)
        #expect(mutator.boundaries.last == file.count)
        #expect(mutator.boundaries.count == mutator.frames.count + 1)
    }

    @Test func capturesStayCapturesButDiffer() throws {
        let file = try Corpus.bytes("captures/01-t38-clean-1page-ecm/capture.pcap")
        var mutator = try CaptureMutator(pcap: file, seed: 3)
        let mutant = mutator.mutate(every: 10)
        #expect(mutant != file)
        #expect(try PcapHeader(mutant.span.bytes) == PcapHeader(file.span.bytes))
        // A cut file gives the records before the cut.
        let cut = try CaptureMutator(pcap: Array(file.prefix(5000)), seed: 1)
        #expect(cut.frames.elementsEqual(mutator.frames.prefix(cut.frames.count)))
    }

    @Test(arguments: [
        "D09-pcapng-t38/capture.pcapng", "D08-truncated-file-t38/capture.pcap", "17a-sip-fail-486/capture.pcap",
    ])
    func cutsLieInsideTheFile(path: String) throws {
        let octets = try Corpus.bytes("captures/\(path)")
        var random = SeededRandom(seed: 1)
        let lengths = CutPlan.lengths(of: octets, random: &random)
        #expect(lengths.allSatisfy { (0...octets.count).contains($0) })
        #expect(lengths.count >= (octets.count <= CutPlan.smallFile ? octets.count : CutPlan.seededCuts + 500))
        var plan = CutPlan(files: [[], Array(octets.prefix(3))], seed: 1)
        var cuts: [Int] = []
        while let cut = plan.next() { cuts.append(cut.count) }
        #expect(cuts == [0, 0, 1, 2, 3])
    }
}
