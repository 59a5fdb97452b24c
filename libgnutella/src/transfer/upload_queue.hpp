#pragma once

#include "transfer/queue_position.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace gnutella::transfer {

/// Who asks for an upload slot. Neither the port nor the connection counts: one who lost his connection keeps his
/// place.
struct UploadAsker {
    /// Numeric.
    std::string address;
    /// The URN of the file that is wanted.
    std::string content;

    friend auto operator<=>(const UploadAsker&, const UploadAsker&) = default;
};

/// Whether UploadQueueLimits::slots_per_address counts for somebody.
enum class AddressLimit : std::uint8_t { counts, exempt };

struct UploadQueueLimits {
    /// Uploads at once.
    std::size_t slots = 32;
    /// Of these, to one address.
    std::size_t slots_per_address = 8;
    /// Who may wait at once.
    std::size_t waiting = 200;
    /// Told to who waits: when to ask again.
    std::chrono::seconds poll_min{5};
    std::chrono::seconds poll_max{30};
};

/// Decides who gets a free upload slot. Those for whom none is free wait in a queue, and keep their place as long as
/// they ask again in time. Addresses take turns: the first request of each goes before the second of any, what an
/// address is being sent already counts among its requests, and whose turn is over is last of those who wait. It reads
/// no clock; not for several threads at once.
class UploadQueue {
  public:
    using Clock = std::chrono::steady_clock;

    /// A slot is his, until release().
    struct Admitted {};
    /// The queue is full.
    struct Refused {};
    using Verdict = std::variant<Admitted, QueuePosition, Refused>;

    explicit UploadQueue(const UploadQueueLimits& limits) : limits_(limits) {}

    /// Somebody asks, for the first time or again.
    /// @param now never earlier than at a call before.
    Verdict ask(const UploadAsker& asker, AddressLimit address_limit, Clock::time_point now);

    /// An upload to that address has ended.
    void release(const std::string& address);

    std::size_t running() const noexcept { return running_; }
    std::size_t waiting() const noexcept { return waiting_.size(); }
    /// Places that were lost so far: by asking too late, too early again and again, or to somebody whose turn was
    /// nearer when the queue was full.
    std::uint64_t places_lost() const noexcept { return places_lost_; }

  private:
    struct Place {
        std::uint64_t number = 0;  // in the order of arrival, or since somebody of that address was served
        Clock::time_point asked{};
        std::size_t asked_too_early = 0;
        AddressLimit address_limit = AddressLimit::counts;
    };
    using Waiting = std::map<UploadAsker, Place>;
    struct Turn {
        Waiting::iterator who;
        std::size_t rank = 0;  // how many requests of the same address come before it, those being served included
    };

    void serve(const std::string& address);
    std::size_t running_to(const std::string& address) const;
    void drop_late(Clock::time_point now);
    void note_asking(const UploadAsker& asker, Clock::time_point now);
    std::vector<Turn> turns();
    bool find_room(const Turn& last, const UploadAsker& asker);
    bool is_next(const std::vector<Turn>& turns, const UploadAsker& asker) const;

    UploadQueueLimits limits_;
    Waiting waiting_;
    std::map<std::string, std::size_t> running_by_address_;
    std::size_t running_ = 0;
    std::uint64_t last_number_ = 0;
    std::uint64_t places_lost_ = 0;
};

}  // namespace gnutella::transfer
