import FaxCore
import FaxEndpoint
import Foundation
import Synchronization

/// What a server says while it is followed.
public enum ServerEvent: Sendable {
    case connected(product: String?)
    case submitted(job: String)
    /// Told when it is another one than before.
    case status(ServerJobStatus)
    case cancelled
    /// Whether the server told the end of the job by itself, where that is waited for.
    case noticed(Bool)
    case failed(ServerFailure)
    /// Nothing further comes.
    case over(ServerWords)
}

/// Hands a job to a server and asks for its state until it has ended, on a thread of its own.
final class ServerFollower: Sendable {
    private struct State {
        var events: [ServerEvent] = []
        var isStopped = false
        var isOver = false
    }

    /// Questions for the state in a row that may fail before that is told as the end.
    private static let failureLimit = 3
    private static let noticePatience = Duration.seconds(10)
    private let state = Mutex(State())
    private let fax: ServerFax
    private let pause: Duration

    init(_ fax: ServerFax, pause: Duration, _ driver: @escaping @Sendable () -> any FaxServerDriver) {
        self.fax = fax
        self.pause = pause
        Thread.detachNewThread { [self] in
            let driver = driver()
            follow(driver)
            driver.close()
            put(.over(driver.words))
        }
    }

    /// Ends the job where it has not ended.
    func stop() { state.withLock { $0.isStopped = true } }

    func take() -> [ServerEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }
    private func put(_ event: ServerEvent) { state.withLock { $0.events.append(event) } }

    private func follow(_ driver: any FaxServerDriver) {
        do throws(ServerFailure) {
            try driver.open()
            put(.connected(product: driver.product))
            let job = try driver.submit(fax)
            put(.submitted(job: job))
            try ask(driver, job)
        } catch {
            put(.failed(error))
        }
    }

    private func awaitNotice(_ driver: any FaxServerDriver, _ job: String) {
        guard driver.waitsForNotice else { return }
        let limit = ContinuousClock.now + Self.noticePatience
        while !driver.wasNoticed(job), ContinuousClock.now < limit, !isStopped { Thread.sleep(forTimeInterval: 0.05) }
        put(.noticed(driver.wasNoticed(job)))
    }

    private func ask(_ driver: any FaxServerDriver, _ job: String) throws(ServerFailure) {
        var last: ServerJobStatus?
        var failures = 0
        while true {
            do throws(ServerFailure) {
                let status = try driver.status(of: job)
                failures = 0
                if status != last { put(.status(status)) }
                last = status
                if status.state.isEnd { return awaitNotice(driver, job) }
            } catch {
                failures += 1
                if failures >= Self.failureLimit { throw error }
            }
            let limit = ContinuousClock.now + pause
            while ContinuousClock.now < limit, !isStopped { Thread.sleep(forTimeInterval: 0.05) }
            if isStopped {
                try driver.cancel(job)
                put(.cancelled)
                return
            }
        }
    }
}
