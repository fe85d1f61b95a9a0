import ArgumentParser
import FaxDSP
import FaxEndpoint
import Foundation

/// Writes what becomes of faxes through a modem.
final class SerialFaxTeller {
    private var tally: SerialFaxTally
    private let line = ProgressLine()

    init(_ tally: SerialFaxTally) { self.tally = tally }

    var status: EndpointRun.Status { tally.status }

    func tell(_ result: SerialFax.Result) {
        line.clear()
        Self.write(tally.take(result))
    }

    /// - Parameter shows: as a line on the terminal, too.
    func note(_ progress: FaxProgress, _ shows: Bool) {
        Self.write(tally.note(progress))
        if shows { line.show(Self.words(progress)) }
    }

    /// Progress may be noted meanwhile.
    func complaining<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            return try tally.complaining { throw error }
        }
    }

    func end() throws {
        Self.write(tally.end())
        if status != .confirmed { throw ExitCode(status.rawValue) }
    }

    /// At once: who reads it waits for it.
    fileprivate static func write(_ text: String) {
        if !text.isEmpty { FileHandle.standardOutput.write(Data(text.utf8)) }
    }

    private static func words(_ progress: FaxProgress) -> String {
        let pages = progress.pagesInAll.map { " of \($0)" } ?? ""
        return "\(progress.phase.words), \(progress.pagesDone)\(pages) pages"
    }
}

extension SerialFaxTally {
    /// What is wrong before a call is a complaint, the end of the run, and status 3.
    mutating func complaining<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            Console.complain("faxprobe: \(error)")
            SerialFaxTeller.write(end("\(error)"))
            throw ExitCode(status.rawValue)
        }
    }
}
