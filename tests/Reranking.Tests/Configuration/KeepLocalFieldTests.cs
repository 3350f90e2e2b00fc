using System.Collections.Specialized;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reranking.Configuration;

namespace Reranking.Tests;

/// <summary>Only a value that is plainly the opposite lets a text leave, in whatever type, container or depth a candidate has it.</summary>
public class KeepLocalFieldTests
{
    private static readonly string[] FieldNames = ["confidential", "Confidential", "CONFIDENTIAL"];

    // What the default rule, a field that is "true", makes of a value; null: there is no value.
    private static readonly (string Name, object? Value, bool? MayLeave)[] Values =
    [
        ("false", false, true),
        ("true", true, false),
        ("0", 0, true),
        ("1", 1, false),
        ("1L", 1L, false),
        ("(byte)0", (byte)0, true),
        ("0m", 0m, true),
        ("1.0", 1.0, false),
        ("2", 2, false),
        ("-1", -1, false),
        ("NaN", double.NaN, false),
        ("text false", "false", true),
        ("text FALSE and a space", "FALSE ", true),
        ("text no", "no", true),
        ("text 0", "0", true),
        ("text true and a space", "true ", false),
        ("text True", "True", false),
        ("text yes", "yes", false),
        ("text 1", "1", false),
        ("text on", " on", false),
        ("text maybe", "maybe", false),
        ("text [false]", "[false]", false),
        ("text false;true", "false;true", false),
        ("text null", "null", false),
        ("text with an invisible character", "false\u200b", false),
        ("character n", 'n', true),
        ("character y", 'y', false),
        ("enum No", Answer.No, true),
        ("enum Yes", Answer.Yes, false),
        ("enum Perhaps", Answer.Perhaps, false),
        ("enum without a name", (Answer)7, false),
        ("null", null, null),
        ("DBNull", DBNull.Value, null),
        ("empty text", "", null),
        ("blank text", " \t\r\n", null),
        ("empty list", new List<string>(), null),
        ("list of null", new string?[] { null }, null),
        ("list of blank", new[] { "" }, null),
        ("list of false", new[] { "false" }, true),
        ("list of false and no", new object[] { false, "no" }, true),
        ("list of false and true", new List<string> { "false", "true" }, false),
        ("list of other", new[] { "a" }, false),
        ("list of lists of false", new[] { new[] { "false" } }, true),
        ("list of lists of true", new[] { new[] { "false" }, ["true"] }, false),
        ("list in itself", Cycle(), false),
        ("list that throws", Throwing(), false),
        ("bytes", new byte[] { 0 }, false),
        ("dictionary", new Dictionary<string, bool> { ["a"] = false }, false),
        ("pairs", new[] { KeyValuePair.Create("a", false) }, false),
        ("object", new object(), false),
        ("date", DateTime.UnixEpoch, false),
        ("JSON undefined", default(JsonElement), null),
        ("JSON null", Json("null"), null),
        ("JSON false", Json("false"), true),
        ("JSON true", Json("true"), false),
        ("JSON 0", Json("0"), true),
        ("JSON 1", Json("1"), false),
        ("JSON 1e0", Json("1e0"), false),
        ("JSON text false", Json("\"false\""), true),
        ("JSON text true", Json("\"true\""), false),
        ("JSON empty text", Json("\"\""), null),
        ("JSON []", Json("[]"), null),
        ("JSON [null]", Json("[null]"), null),
        ("JSON [\"a\"]", Json("""["a"]"""), false),
        ("JSON [false]", Json("[false]"), true),
        ("JSON [false, true]", Json("""["false", "true"]"""), false),
        ("JSON {}", Json("{}"), false),
        ("JSON { false }", Json("""{ "value": false }"""), false),
        ("JSON document", JsonDocument.Parse("false"), true),
        ("JSON node false", JsonNode.Parse("false"), true),
        ("JSON node true", JsonNode.Parse("true"), false),
        ("JSON node 1", JsonNode.Parse("1"), false),
        ("JSON node []", JsonNode.Parse("[]"), null),
        ("JSON node [\"false\"]", JsonNode.Parse("""["false"]"""), true),
        ("JSON node {}", JsonNode.Parse("{}"), false),
    ];

    // Candidates that hold a value, and the path to it.
    private static readonly (string Name, string Path, Func<string, object?, object?> Wrap)[] Wrappers =
    [
        ("property", "confidential", static (_, value) => new Marked(value)),
        ("anonymous type", "confidential", static (_, value) => new { Confidential = value }),
        ("dictionary", "confidential", static (name, value) => new Dictionary<string, object?> { ["title"] = "true", [name] = value }),
        ("pairs", "confidential", static (name, value) => new Pairs<object?>(name, value)),
        ("ordered dictionary", "confidential", static (name, value) => new OrderedDictionary { [name] = value }),
        ("in a property", "metadata.confidential", static (_, value) => new { Metadata = new Marked(value) }),
        ("in a dictionary", "Metadata.confidential", static (name, value) => new { Metadata = new Dictionary<string, object?> { [name] = value } }),
        ("in dictionaries", "a.b.confidential", static (name, value) =>
            new Dictionary<string, object?> { ["a"] = new Dictionary<string, object?> { ["b"] = new Dictionary<string, object?> { [name] = value } } }),
    ];

    [Fact]
    public void Holds_EachValueInEachCandidate_LetsOnlyThePlainOppositeLeave()
    {
        List<string> wrong = [];
        int count = 0;
        foreach ((string valueName, object? value, bool? mayLeave) in Values)
        {
            foreach ((string wrapperName, string path, Func<string, object?, object?> wrap) in Wrappers)
            {
                foreach (string name in FieldNames)
                {
                    count += 2;
                    Check($"{valueName} in {wrapperName}, {name}", path, wrap(name, value), mayLeave, wrong);
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(Values.Length * Wrappers.Length * FieldNames.Length * 2, count);
    }

    [Theory]
    [InlineData("""{ "confidential": false }""", "confidential", true)]
    [InlineData("""{ "Confidential": "no" }""", "confidential", true)]
    [InlineData("""{ "confidential": true }""", "confidential", false)]
    [InlineData("""{ "confidential": 1 }""", "confidential", false)]
    [InlineData("""{ "confidential": {} }""", "confidential", false)]
    [InlineData("""{ "confidential": null }""", "confidential", null)]
    [InlineData("""{ "confidential": [ ] }""", "confidential", null)]
    [InlineData("""{ "title": "true" }""", "confidential", null)]
    [InlineData("""{ }""", "confidential", null)]
    [InlineData("""{ "a": { "confidential": false } }""", "a.confidential", true)]
    [InlineData("""{ "a": { "confidential": true } }""", "a.confidential", false)]
    [InlineData("""{ "a": null }""", "a.confidential", null)]
    [InlineData("""{ "a": [ { "confidential": false } ] }""", "a.confidential", false)]
    [InlineData("""{ "a": false }""", "a.confidential", false)]
    [InlineData("""{ "confidential": false, "Confidential": true }""", "confidential", false)]
    [InlineData("""[ false ]""", "confidential", false)]
    [InlineData(""" "false" """, "confidential", false)]
    public void Holds_JsonCandidates_AreReadInEachOfTheirTypes(string json, string path, bool? mayLeave)
    {
        List<string> wrong = [];
        JsonElement element = Json(json);
        Check("element", path, element, mayLeave, wrong);
        Check("document", path, JsonDocument.Parse(json), mayLeave, wrong);
        Check("node", path, JsonNode.Parse(json), mayLeave, wrong);
        Check("element in a dictionary", "json." + path, new Dictionary<string, object?> { ["json"] = element }, mayLeave, wrong);
        Check("node in a property", "json." + path, new { Json = JsonNode.Parse(json) }, mayLeave, wrong);

        Assert.Empty(wrong);
    }

    // true: may leave, false: can't be read, null: has no such field.
    public static TheoryData<string, object?, bool?> Candidates => new()
    {
        { "a text", "text", false },
        { "nothing", null, false },
        { "a number", 0, false },
        { "a type without the property, which may have been trimmed away", new Unmarked("text"), false },
        { "a list of texts", new List<string> { "confidential" }, false },
        { "a collection of names and values whose elements are names", new NameValueCollection { ["confidential"] = "false" }, false },
        { "a getter that throws", new Broken(), false },
        { "a dictionary without the key", new Dictionary<string, object?> { ["title"] = "Prices" }, null },
        { "an empty dictionary", new Dictionary<string, object?>(), null },
        { "tags without the key", new Pairs<string>("other", "false"), null },
        { "keys that differ in letter case", new Dictionary<string, object?> { ["confidential"] = false, ["Confidential"] = true }, false },
        { "keys that differ in letter case and agree", new Dictionary<string, object?> { ["confidential"] = false, ["Confidential"] = "no" }, true },
        { "a collection with the property", new MarkedList { Confidential = false }, true },
        { "an empty collection with the property", new MarkedList { Confidential = true }, false },
    };

    [Theory]
    [MemberData(nameof(Candidates))]
    public void Holds_Candidate_IsReadOrStays(string what, object? candidate, bool? mayLeave)
    {
        List<string> wrong = [];
        Check(what, "confidential", candidate, mayLeave, wrong);
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("internal", "internal", false)]
    [InlineData("internal", " Internal ", false)]
    [InlineData("internal", "public", true)]
    [InlineData("internal", "not internal", false)]
    [InlineData("internal", "public, internal", false)]
    [InlineData("internal", "pub\u200blic", false)]
    [InlineData("internal", "null", false)]
    [InlineData("internal", "undefined", false)]
    [InlineData("internal", "[\"public\"]", false)]
    [InlineData("internal", "{}", false)]
    [InlineData("internal", "3", false)]
    [InlineData("internal", 3, false)]
    [InlineData("internal", true, false)]
    [InlineData("internal", Answer.No, true)]
    [InlineData("perhaps", Answer.Perhaps, false)]
    [InlineData("no", false, false)]
    [InlineData("no", "no", false)]
    [InlineData("no", true, true)]
    [InlineData("FALSE", "false", false)]
    [InlineData("FALSE", 1, true)]
    [InlineData("3", 3, false)]
    [InlineData("3", "3", false)]
    [InlineData("3", 3.0, false)]
    [InlineData("3", 2, true)]
    [InlineData("3", "2.5", true)]
    [InlineData("3", "high", false)]
    [InlineData("1", true, false)]
    [InlineData("1", false, true)]
    [InlineData("2", Answer.Perhaps, false)]
    [InlineData("2", Answer.No, true)]
    public void Holds_OtherValues_AreFlagsLevelsOrLabels(string value, object found, bool mayLeave)
    {
        var candidate = new { Metadata = new Dictionary<string, object?> { ["label"] = found } };

        Assert.Equal(!mayLeave, new KeepLocalField("Metadata.label", value).Holds(candidate));
        Assert.Equal(!mayLeave, new KeepLocalField(" metadata . Label ", value, MissingField.Hosted).Holds(candidate));
    }

    [Fact]
    public void Holds_PathEndsEarly_IsMissing()
    {
        Assert.True(new KeepLocalField("Metadata.label", "internal").Holds(new { Metadata = (object?)null }));
        Assert.False(new KeepLocalField("Metadata.label", "internal", MissingField.Hosted).Holds(new { Metadata = (object?)null }));
        Assert.True(new KeepLocalField("Metadata.label", "internal", MissingField.Hosted).Holds(new { Metadata = "label" }));
    }

    private static void Check(string what, string path, object? candidate, bool? mayLeave, List<string> wrong)
    {
        if (new KeepLocalField(path, "true").Holds(candidate) != (mayLeave != true))
        {
            wrong.Add($"{what}: {(mayLeave == true ? "stays" : "leaves")}");
        }

        if (new KeepLocalField(path, "true", MissingField.Hosted).Holds(candidate) != (mayLeave == false))
        {
            wrong.Add($"{what}, missing may leave: {(mayLeave == false ? "leaves" : "stays")}");
        }
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private static List<object?> Cycle()
    {
        List<object?> list = [false];
        list.Add(list);
        return list;
    }

    private static IEnumerable<string> Throwing()
    {
        yield return "false";
        throw new InvalidOperationException();
    }

    private enum Answer
    {
        No,
        Yes,
        Perhaps,
    }

    private sealed record Marked(object? Confidential);

    private sealed record Unmarked(string Text);

    private sealed class Broken
    {
        private readonly string _title = "canary";

        public bool Confidential => throw new InvalidOperationException(_title);
    }

    private sealed class MarkedList : List<string>
    {
        public bool Confidential { get; init; }
    }

    /// <summary>A dictionary of tags as Kernel Memory has it: none of the non-generic kind.</summary>
    private sealed class Pairs<TValue>(string key, TValue value) : IEnumerable<KeyValuePair<string, TValue>>
    {
        public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, TValue>>)[KeyValuePair.Create(key, value)]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
