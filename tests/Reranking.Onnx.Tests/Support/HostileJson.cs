using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reranking.Onnx.Tests;

/// <summary>Makes hostile files of sound ones: the same for the same seed.</summary>
internal sealed class HostileJson(string seedFile, int seed)
{
    private const string LoneSurrogate = "@lone@";

    private static readonly string[] Texts =
    [
        "", "\0", " ", "a", "##", "\u2581", "\u0301", "\U0001F600", LoneSurrogate, "no", new('a', 3_000), "A", "B", "$A", "..", "[UNK]",
    ];

    private static readonly string[] Types =
    [
        "Sequence", "Replace", "Prepend", "Strip", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "BertNormalizer", "Precompiled",
        "BertPreTokenizer", "ByteLevel", "Digits", "Metaspace", "Punctuation", "Split", "Whitespace",
        "WhitespaceSplit", "BPE", "Unigram", "WordPiece", "BertProcessing",
        "RobertaProcessing", "TemplateProcessing", "WordLevel", "Isolated", "Removed", "MergedWithNext", "never", "first", "always",
    ];

    private static readonly string[] Numbers =
    [
        "-1", "0", "1", "2", "7", "1.5", "-0.0", "1e308", "1e400", "-1e400", "1e-400", "127", "32768", "2147483646", "2147483647", "2147483648", "4294967295",
        "9223372036854775807", "18446744073709551616", "-2147483648",
    ];

    private readonly Random _random = new(seed);
    private readonly JsonNode _sound = JsonNode.Parse(seedFile)!;

    /// <summary>Returns the next file.</summary>
    public byte[] Next()
    {
        JsonNode root = _sound.DeepClone();
        for (int change = _random.Next(1, 5); change > 0; change--)
        {
            root = Change(root);
        }

        string text = root.ToJsonString(new JsonSerializerOptions { MaxDepth = 1_000 }).Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return _random.Next(4) == 0 ? Damage(bytes) : bytes;
    }

    private JsonNode Change(JsonNode root)
    {
        var places = new List<JsonNode>();
        Collect(root, places);
        if (places.Count == 0)
        {
            return root;
        }

        JsonNode parent = Pick(places);
        if (parent is JsonArray array)
        {
            int index = array.Count == 0 ? 0 : _random.Next(array.Count);
            JsonNode? old = array.Count == 0 ? null : array[index];
            switch (_random.Next(4))
            {
                case 0 when array.Count > 0:
                    array.RemoveAt(index);
                    break;
                case 1:
                    for (int copies = _random.Next(1, 40); copies > 0; copies--)
                    {
                        array.Insert(index, old?.DeepClone());
                    }

                    break;
                default:
                    array.Insert(index, Value(old, places));
                    break;
            }

            return root;
        }

        var item = (JsonObject)parent;
        string name = item.Count == 0 ? "type" : Pick([.. item.Select(static property => property.Key)]);
        switch (_random.Next(5))
        {
            case 0:
                item.Remove(name);
                break;
            case 1:
                item[name + Pick(Texts)] = item[name]?.DeepClone();
                break;
            default:
                item[name] = Value(item[name], places);
                break;
        }

        return root;
    }

    private JsonNode? Value(JsonNode? old, List<JsonNode> places)
    {
        switch (_random.Next(8))
        {
            case 0:
                return null;
            case 1:
                return JsonNode.Parse(Pick(Numbers));
            case 2:
                return JsonValue.Create(Pick(Texts));
            case 3:
                return JsonValue.Create(Pick(Types));
            case 4:
                return JsonValue.Create(_random.Next(2) == 0);
            case 5:
                return _random.Next(2) == 0 ? new JsonArray() : new JsonObject();
            case 6:
                JsonNode? nested = old?.DeepClone();
                for (int depth = Pick([1, 2, 10, 62, 100]); depth > 0; depth--)
                {
                    nested = _random.Next(2) == 0 ? new JsonArray(nested) : new JsonObject { ["type"] = "Sequence", [Pick(ListNames)] = new JsonArray(nested) };
                }

                return nested;
            default:
                return Pick(places).DeepClone();
        }
    }

    private static readonly string[] ListNames = ["normalizers", "pretokenizers", "processors"];

    private byte[] Damage(byte[] bytes)
    {
        for (int change = _random.Next(1, 6); change > 0; change--)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        return _random.Next(3) == 0 ? bytes[.._random.Next(bytes.Length)] : bytes;
    }

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject or JsonArray)
        {
            places.Add(node);
            IEnumerable<JsonNode?> children = node is JsonObject item ? item.Select(static property => property.Value) : (JsonArray)node;
            foreach (JsonNode? child in children)
            {
                Collect(child, places);
            }
        }
    }
}
