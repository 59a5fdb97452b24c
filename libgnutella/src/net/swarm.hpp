#pragma once

#include "hash_tree.hpp"
#include "net/download_service.hpp"
#include "net/source_dialler.hpp"
#include "transfer/part_file.hpp"
#include "transfer/range_planner.hpp"
#include "transfer/source_pool.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace gnutella::net {

/// Fetches the blocks that a part lacks, from many sources at once: begins a worker for each, does what the planner
/// says, and ends when all is there or nobody is left. All of it on one strand, but the checking and writing of blocks.
class Swarm {
  public:
    using Clock = std::chrono::steady_clock;

    /// What the swarm works with; all of it must live as long as the swarm.
    struct Work {
        const DownloadService& service;
        boost::asio::any_io_executor strand;
        const Urn& urn;
        const HashTree& tree;
        transfer::PartFile& part;
        transfer::SourcePool& sources;
        SourceDialler& dialler;
        /// How long the size that sources have agreed on may go unproven when others say that it is another.
        Clock::duration size_patience;
    };

    /// How the swarm reports to its owner, on the strand.
    struct Callbacks {
        /// Whether it is to go on; new sources may be added to the pool here.
        std::function<bool()> goes_on;
        /// Bytes have come over the network, over that transport.
        std::function<void(std::size_t bytes, Transport transport)> received;
        /// Called a few times a second, and whenever blocks were verified that few times a second at most.
        std::function<void()> tick;
        /// Work that can be done beside, a little at a time; gives false when there is none at present.
        std::function<boost::asio::awaitable<bool>()> beside;
    };

    /// A source at work.
    struct Member {
        Member(transfer::SourceId source, const transfer::SourcePool& sources,
               const boost::asio::any_io_executor& strand)
            : id(source),
              hit(sources.hit(source)),
              word(sources.word(source)),
              wake(strand, Clock::time_point::max()) {}

        const transfer::SourceId id;
        const Hit hit;
        const transfer::SourcePool::Word word;
        bool joined = false;
        bool proved = false;  // a block that it sent was right
        bool sends = false;   // bytes have come over the connection that it has
        /// Why its request was ended.
        std::optional<transfer::PlannerActions::StopReason> stop;
        /// When a source that is busy, or has nothing at present, may be asked again.
        std::optional<std::chrono::milliseconds> later;
        /// When one that has only a part, nothing of which is of use now, is asked what it has by then.
        Clock::time_point look_at = Clock::time_point::min();
        /// How long its file is, when it is not as long as ours.
        std::optional<std::uint64_t> other_size;
        /// Ends what goes on on its connection; empty when there is none.
        std::function<void()> abort;
        boost::asio::steady_timer wake;
        boost::asio::cancellation_signal cancel;
    };

    Swarm(Work work, transfer::BlockMap blocks, Callbacks callbacks);

    const transfer::BlockMap& blocks() const noexcept { return planner_.blocks(); }
    /// Sources that are asked.
    std::size_t size() const noexcept { return members_.size(); }
    /// Whether bytes come from any.
    bool is_fed() const noexcept;

    /// Fetches until all blocks are verified. When it is done no worker is left. Errors: disk_full, disk; why the last
    /// source was lost; operation_aborted when it was not to go on; size_mismatch when it is time to believe those who
    /// say that the file has another size.
    boost::asio::awaitable<error_code> run();

    /// Has `run` look around: what `goes_on` gives may have changed. On the strand.
    void notify() { changed_.cancel(); }

    // ---- for the workers ----

    /// What a worker is to do next.
    struct AskWhatItHas {};
    struct End {};
    using Task = std::variant<transfer::BlockRange, AskWhatItHas, End>;

    const Work& work() const noexcept { return work_; }
    const transfer::RangePlanner& planner() const noexcept { return planner_; }
    /// Whether it is to go on with what it does.
    bool wants(const Member& member) const noexcept { return !stopping_ && !member.stop; }
    /// What to ask a source; waits while there is nothing.
    boost::asio::awaitable<Task> next(Member& member);
    void received(Member& member, std::size_t bytes, Transport transport);
    void skipped(Member& member, std::size_t bytes, Transport transport) const;
    void waits_for_source(Member& member);
    void waits_for_us(Member& member);
    void verified(Member& member, std::size_t block);
    /// The source says that it has only these bytes.
    void offers(Member& member, const std::vector<transfer::ByteRange>& ranges);
    /// It has all by now, or does not say what.
    void offers_all(Member& member) { planner_.offers_all(member.id); }
    /// The same, instead of sending what it was asked for, which others may be asked for now.
    void refused(Member& member, const std::vector<transfer::ByteRange>& ranges);
    /// The source says who has the file too.
    /// @param here where this node is, as others may have told it; nullopt when that is not known.
    void names_others(const Member& member, const Alternates::Said& said,
                      const std::optional<transfer::AlternateLocation>& here);
    /// Those that could not be reached, or have not got the file: others need not try them.
    const std::vector<transfer::AlternateLocation>& lost_locations() const noexcept { return lost_; }

  private:
    void start_due();
    void add_others(const std::vector<transfer::AlternateLocation>& others);
    static boost::asio::awaitable<void> serve(Swarm& swarm, std::shared_ptr<Member> member);
    void settle(Member& member, const error_code& error);
    void lose(const Member& member, const error_code& error);
    void carry_out();
    bool is_to_believe_others(Clock::time_point now) const;
    void stop_all();
    boost::asio::awaitable<void> wait_for_members();
    boost::asio::awaitable<void> rest();
    Clock::time_point next_look() const;
    void tick(Clock::time_point now);

    Work work_;
    Callbacks callbacks_;
    transfer::RangePlanner planner_;
    transfer::PlannerActions actions_;
    std::map<transfer::SourceId, std::shared_ptr<Member>> members_;
    boost::asio::steady_timer changed_;
    Clock::time_point next_tick_;
    Clock::time_point proof_due_ = Clock::time_point::max();  // once there is a dispute: see Work::size_patience
    std::vector<transfer::AlternateLocation> lost_;           // the latest
    std::optional<transfer::AlternateLocation> here_;         // where this node is, for those that it fetches from
    bool stopping_ = false;
    error_code fatal_;
};

}  // namespace gnutella::net
