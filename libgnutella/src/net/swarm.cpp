#include "net/swarm.hpp"

#include "net/cancellation.hpp"
#include "net/no_throw.hpp"
#include "net/source_worker.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_interval{250};
// One that was overtaken: the other is to have its block first.
constexpr std::chrono::milliseconds after_overtaking{200};

// In one header.
constexpr std::size_t max_told_as_lost = 10;

}  // namespace

Swarm::Swarm(Work work, transfer::BlockMap blocks, Callbacks callbacks)
    : work_(std::move(work)),
      callbacks_(std::move(callbacks)),
      planner_(std::move(blocks), work_.service.settings.transfer_timeout,
               static_cast<std::uint16_t>(std::random_device()())),
      changed_(work_.strand),
      next_tick_(Clock::now()) {
    if (planner_.has_proven_size()) {
        work_.sources.size_is_proven();
    }
}

bool Swarm::is_fed() const noexcept {
    return std::ranges::any_of(members_, [](const auto& entry) { return entry.second->sends; });
}

asio::awaitable<error_code> Swarm::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code error;
    while (!planner_.is_complete() && !fatal_) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled || !callbacks_.goes_on()) {
            error = asio::error::operation_aborted;
            break;
        }
        start_due();
        if (members_.empty() && work_.sources.is_exhausted()) {
            error = work_.sources.last_error();
            break;
        }
        if (is_to_believe_others(Clock::now())) {
            error = Error::size_mismatch;
            break;
        }
        tick(Clock::now());
        const bool did_something = co_await callbacks_.beside();
        if (!did_something) {
            co_await rest();
        }
    }
    stop_all();
    co_await wait_for_members();
    co_return fatal_ ? fatal_ : error;
}

asio::awaitable<void> Swarm::rest() {
    if (planner_.is_complete() || fatal_) {
        co_return;
    }
    changed_.expires_at(next_look());
    co_await changed_.async_wait(no_throw);
}

Swarm::Clock::time_point Swarm::next_look() const {
    auto next = std::min(next_tick_, planner_.next_deadline());
    if (members_.size() < work_.service.settings.max_sources_per_download) {
        next = std::min(next, work_.sources.next_due());
    }
    return next;
}

bool Swarm::is_to_believe_others(Clock::time_point now) const {
    const bool nobody_sends = members_.empty() && work_.sources.next_due() > now;
    return (nobody_sends || now >= proof_due_) && work_.sources.disputed_size(now);
}

void Swarm::tick(Clock::time_point now) {
    if (now >= planner_.next_deadline()) {
        planner_.tick(now, actions_);
        carry_out();
    }
    if (now >= next_tick_) {
        next_tick_ = now + tick_interval;
        callbacks_.tick();
        if (work_.service.alternates) {
            add_others(work_.service.alternates->introduced(work_.urn));  // who fetches from here and has some of it
        }
    }
}

void Swarm::start_due() {
    while (members_.size() < work_.service.settings.max_sources_per_download) {
        const auto source = work_.sources.due(Clock::now());
        if (!source) {
            break;
        }
        work_.sources.begin(*source);
        auto member = std::make_shared<Member>(*source, work_.sources, work_.strand);
        members_.emplace(*source, member);
        const auto slot = member->cancel.slot();
        // The signal must be there until the coroutine is gone.
        auto keep = [member](const std::exception_ptr&) {};
        asio::co_spawn(work_.strand, serve(*this, std::move(member)),
                       asio::bind_cancellation_slot(slot, std::move(keep)));
    }
    if (work_.sources.disputed_size(Clock::now())) {
        proof_due_ = std::min(proof_due_, Clock::now() + work_.size_patience);
        planner_.begin_with_proof();
    }
    planner_.expect_sources(std::min(work_.sources.usable(), work_.service.settings.max_sources_per_download));
}

// The swarm waits for all of them: it is there as long as they are.
asio::awaitable<void> Swarm::serve(Swarm& swarm, std::shared_ptr<Member> member) {
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code error;
    const auto use = [&swarm, &member](auto& dialler) { return work_for(swarm, *member, dialler); };
    try {
        error = co_await swarm.work_.dialler.reach(member->hit, use, member->word);
    } catch (const boost::system::system_error& failure) {
        error = failure.code();
    } catch (const std::exception&) {
        error = make_error_code(boost::system::errc::not_enough_memory);
    }
    swarm.settle(*member, error);
}

void Swarm::settle(Member& member, const error_code& error) {
    const auto now = Clock::now();
    const auto id = member.id;
    planner_.leave(id, now, actions_);
    if (stopping_ || !error) {
        if (member.later) {
            work_.sources.postpone(id, Error::no_source, now + *member.later);
        } else {
            work_.sources.ended(id);
        }
    } else if (transfer::is_disk_error(error)) {
        fatal_ = error;
        work_.sources.ended(id);
    } else if (member.other_size && work_.sources.says_size(id, *member.other_size)) {
        work_.sources.ended(id);
    } else if (member.stop == transfer::PlannerActions::StopReason::overtaken) {
        work_.sources.postpone(id, Error::source_timed_out, now + after_overtaking);
    } else if (member.stop) {
        work_.sources.failed(id, Error::source_timed_out, now);
    } else if (member.later) {
        work_.sources.postpone(id, error, now + *member.later);
    } else if (work_.sources.failed(id, error, now)) {
        lose(member, error);
    }
    members_.erase(id);
    carry_out();
    notify();
}

void Swarm::lose(const Member& member, const error_code& error) {
    if (work_.service.alternates) {
        work_.service.alternates->forget(work_.urn, member.hit.source);
    }
    const auto location = transfer::location_of(member.hit.source);
    const bool is_gone =
        error == Error::cannot_connect || error == Error::connect_timed_out || error == Error::source_lacks_file;
    if (location && is_gone) {
        lost_.push_back(*location);
        if (lost_.size() > max_told_as_lost) {
            lost_.erase(lost_.begin());
        }
    }
}

void Swarm::stop_all() {
    stopping_ = true;
    for (const auto& [id, member] : members_) {
        // Emitted where nothing of what it ends is running.
        asio::post(work_.strand, [member = member] {
            if (member->abort) {
                member->abort();
            }
            member->wake.cancel();
            member->cancel.emit(asio::cancellation_type::terminal);
        });
    }
}

asio::awaitable<void> Swarm::wait_for_members() {
    while (!members_.empty()) {
        changed_.expires_at(Clock::time_point::max());
        co_await changed_.async_wait(no_throw);
    }
}

void Swarm::carry_out() {
    while (!actions_.empty()) {
        const auto doing = std::exchange(actions_, {});
        for (const auto& stop : doing.stops) {
            const auto found = members_.find(stop.source);
            if (found != members_.end()) {
                found->second->stop = stop.reason;
                if (found->second->abort) {
                    found->second->abort();
                }
            }
        }
        for (const auto source : doing.wakes) {
            const auto found = members_.find(source);
            if (found != members_.end()) {
                found->second->wake.cancel();
            }
        }
    }
}

// ---- for the workers ----

asio::awaitable<Swarm::Task> Swarm::next(Member& member) {
    if (!member.joined) {
        member.joined = true;
        planner_.join(member.id, Clock::now());
    }
    while (wants(member) && !planner_.is_complete()) {
        const auto range = planner_.next(member.id, Clock::now(), actions_);
        carry_out();
        notify();  // deadlines may have changed
        if (range) {
            co_return *range;
        }
        const bool is_partial = planner_.is_partial(member.id);
        const auto now = Clock::now();
        if (is_partial && now >= member.look_at) {
            member.look_at = now + work_.sources.look_again(member.id);
            co_return AskWhatItHas{};
        }
        if (!planner_.may_help(member.id)) {
            member.later = std::chrono::ceil<std::chrono::milliseconds>(member.look_at - now);
            break;
        }
        member.wake.expires_at(is_partial ? member.look_at : Clock::time_point::max());
        co_await member.wake.async_wait(no_throw);
    }
    co_return End{};
}

void Swarm::received(Member& member, std::size_t bytes, Transport transport) {
    member.sends = true;
    planner_.received(member.id, bytes, Clock::now());
    callbacks_.received(bytes, transport);
}

void Swarm::skipped(Member& member, std::size_t bytes, Transport transport) const {
    member.sends = true;
    callbacks_.received(bytes, transport);
}

void Swarm::waits_for_source(Member& member) {
    planner_.resume(member.id, Clock::now());
}

void Swarm::waits_for_us(Member& member) {
    planner_.suspend(member.id);
}

void Swarm::verified(Member& member, std::size_t block) {
    planner_.verified(member.id, block, actions_);
    if (!work_.sources.has_proven_size() && planner_.has_proven_size()) {
        work_.sources.size_is_proven();
    }
    work_.sources.progressed(member.id);
    work_.sources.contributed(member.id);
    if (!std::exchange(member.proved, true) && work_.service.alternates) {
        work_.service.alternates->learn(work_.urn, member.hit);
    }
    carry_out();
    notify();
}

void Swarm::offers(Member& member, const std::vector<transfer::ByteRange>& ranges) {
    planner_.offers(member.id, ranges);
}

void Swarm::refused(Member& member, const std::vector<transfer::ByteRange>& ranges) {
    const auto now = Clock::now();
    planner_.offers(member.id, ranges);
    planner_.give_back(member.id, now, actions_);
    member.look_at = now + work_.sources.look_again(member.id);  // it has just said all that it has
    carry_out();
}

void Swarm::names_others(const Member& member, const Alternates::Said& said,
                         const std::optional<transfer::AlternateLocation>& here) {
    if (here) {
        here_ = here;
    }
    const bool says_something = !said.alternates.empty() || !said.quic.empty() || !said.former.empty();
    if (work_.service.alternates && says_something) {
        add_others(work_.service.alternates->hear(work_.urn, member.hit.source, said));
        notify();
    }
}

void Swarm::add_others(const std::vector<transfer::AlternateLocation>& others) {
    for (const auto& other : others) {
        if (other == here_) {
            continue;
        }
        Hit hit;
        hit.name = work_.sources.hit(0).name;
        hit.size = work_.tree.size();
        hit.urn = work_.urn;
        hit.source = transfer::endpoint_of(other);
        hit.key = other.key;
        hit.transports = {Transport::http};  // what every servent has
        if (other.key) {
            hit.transports = {Transport::quic, Transport::http};
        }
        work_.sources.add(hit, transfer::SourcePool::Word::of_others);
    }
}

}  // namespace gnutella::net
