#pragma once

#include "wire/json_member.hpp"
#include "wire/message.hpp"

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::wire {

/// The lists of one message, in the memory that the message lives in.
struct JsonLists {
    explicit JsonLists(std::pmr::memory_resource& memory) : hosts(&memory), proxies(&memory), results(&memory) {}

    std::pmr::vector<std::string_view> hosts;
    std::pmr::vector<std::string_view> proxies;
    std::pmr::vector<Result> results;
    TransportSet transports;
};

/// Listens to Boost.JSON's parser (basic_parser's "Handler") and keeps the members that mean something; of one that is
/// given twice the last, as Python does. Texts are views into the object's bytes, or copies in the message's memory
/// when they are written with escapes.
class JsonCollector {
  public:
    JsonCollector(std::size_t max_hosts, std::size_t max_results) : max_hosts_(max_hosts), max_results_(max_results) {}

    /// Makes ready for an object. All three must outlive its parsing, and `object` and `memory` the use of its values.
    void begin(std::string_view object, std::pmr::memory_resource& memory, JsonLists& lists) noexcept;

    const JsonValue& operator[](JsonMember member) const noexcept {
        static constexpr JsonValue absent;
        return seen(member) ? values_[static_cast<std::size_t>(member)] : absent;
    }

    // ---- what the parser calls ----

    using Error = boost::json::error_code;
    using View = boost::json::string_view;

    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }

    bool on_object_begin(Error&) {
        if (depth_ == 2 && list_ == JsonMember::results) {
            begin_result();
        } else {
            take({.kind = JsonValue::Kind::object});
        }
        ++depth_;
        return true;
    }
    bool on_object_end(std::size_t, Error&) {
        --depth_;
        if (depth_ == 2 && in_result_) {
            end_result();
        }
        return true;
    }
    bool on_array_begin(Error&) {
        if (depth_ == 1) {
            begin_list();
        } else {
            take({.kind = JsonValue::Kind::list});
        }
        ++depth_;
        return true;
    }
    bool on_array_end(std::size_t, Error&) {
        --depth_;
        if (depth_ == 1) {
            list_ = JsonMember::none;
        }
        return true;
    }

    bool on_key_part(View part, std::size_t, Error&) {
        append(part, max_json_member_name + 1);
        return true;
    }
    bool on_key(View part, std::size_t, Error&) {
        if (built_.empty()) {
            name({part.data(), part.size()});
            return true;
        }
        append(part, max_json_member_name + 1);
        name(built_);
        built_.clear();
        return true;
    }
    bool on_string_part(View part, std::size_t, Error&) {
        if (wanted()) {
            append(part, max_built_text);
        }
        return true;
    }
    bool on_string(View part, std::size_t, Error&) {
        if (wanted()) {
            take({.kind = JsonValue::Kind::text, .text = text_ending_with(part)});
        }
        return true;
    }

    bool on_number_part(View, Error&) { return true; }
    bool on_int64(std::int64_t number, View text, Error&) {
        // "-0" is an integer for Python too.
        take({.kind = number < 0 ? JsonValue::Kind::other_number : JsonValue::Kind::integer,
              .integer = static_cast<std::uint64_t>(number),
              .text = {text.data(), text.size()}});
        return true;
    }
    bool on_uint64(std::uint64_t number, View text, Error&) {
        take({.kind = JsonValue::Kind::integer, .integer = number, .text = {text.data(), text.size()}});
        return true;
    }
    bool on_double(double, View text, Error&) {
        take_double({text.data(), text.size()});
        return true;
    }
    bool on_bool(bool value, Error&) {
        take({.kind = JsonValue::Kind::boolean, .boolean = value});
        return true;
    }
    bool on_null(Error&) {
        take({.kind = JsonValue::Kind::null});
        return true;
    }
    bool on_comment_part(View, Error&) { return true; }
    bool on_comment(View, Error&) { return true; }

  private:
    // A text with escapes is kept up to one byte over the longest that any member may have, so that one that is too
    // long shows.
    static constexpr std::size_t max_built_text = 1025;

    static constexpr std::uint32_t bit(JsonMember member) { return 1U << static_cast<unsigned>(member); }
    bool seen(JsonMember member) const noexcept { return (seen_ & bit(member)) != 0; }

    JsonValue& value_of(JsonMember member) {
        seen_ |= bit(member);
        return values_[static_cast<std::size_t>(member)];
    }

    // Whether the value that comes next means something: one of the object's own, of a list of interest, or of a
    // result.
    bool wanted() const noexcept {
        switch (depth_) {
            case 1:
                return member_ != JsonMember::none;
            case 2:
                return list_ != JsonMember::none;
            case 3:
                return in_result_ && result_member_ != JsonResultMember::none;
            default:
                return false;
        }
    }

    void take(const JsonValue& value) {
        if (!wanted()) {
            return;
        }
        if (depth_ == 1) {
            value_of(member_) = value;
        } else if (depth_ == 2) {
            take_element(value);
        } else {
            result_values_[static_cast<std::size_t>(result_member_)] = value;
        }
    }

    void name(std::string_view name) {
        if (depth_ == 1) {
            member_ = json_member_named(name);
        } else if (depth_ == 3 && in_result_) {
            result_member_ = json_result_member_named(name);
        }
    }

    void append(View part, std::size_t max_size);
    std::string_view text_ending_with(View part) {
        // Without escapes the parser gives one piece of the object's own bytes, else pieces of a buffer of its own.
        const auto offset =
            reinterpret_cast<std::uintptr_t>(part.data()) - reinterpret_cast<std::uintptr_t>(object_.data());
        return built_.empty() && offset <= object_.size() ? std::string_view(part.data(), part.size())
                                                          : built_text(part);
    }
    std::string_view built_text(View last_part);
    void take_double(std::string_view text);
    void begin_list();
    void take_element(const JsonValue& value);
    void begin_result();
    void end_result();
    void mark_bad(JsonMember list) { value_of(list).kind = JsonValue::Kind::bad_list; }

    std::size_t max_hosts_;
    std::size_t max_results_;

    std::string_view object_;
    std::pmr::memory_resource* memory_ = nullptr;
    JsonLists* lists_ = nullptr;

    std::size_t depth_ = 0;
    JsonMember member_ = JsonMember::none;  // whose value comes next, at depth 1
    JsonMember list_ = JsonMember::none;    // whose elements come, at depth 2
    bool in_result_ = false;
    JsonResultMember result_member_ = JsonResultMember::none;

    std::uint32_t seen_ = 0;  // which of values_ belong to this object
    std::array<JsonValue, json_member_count> values_;
    std::array<JsonValue, json_result_member_count> result_values_;
    std::string built_;  // a name or text with escapes, as far as it has come
};

}  // namespace gnutella::wire
