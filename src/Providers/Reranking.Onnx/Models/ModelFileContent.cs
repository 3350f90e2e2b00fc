using System.Text.Json;

namespace Reranking.Onnx.Models;

/// <summary>Tells the files of a model from what servers and tools put in their place: pages, errors, pointers, and files that end early.</summary>
internal static class ModelFileContent
{
    private const int HeadLength = 512;

    // The longest known tokenizer.json has 35 MB.
    private const int MaxJsonLength = 128 << 20;

    // Protocol buffers end at 2 GiB; beyond that weights lie beside the graph.
    private const long MaxGraphLength = int.MaxValue;
    private const long MaxDataLength = 64L << 30;

    // Of a module beside a graph; a large one has 13 MB.
    private const long MaxHeadLength = 1L << 30;

    private static readonly byte[] LfsPointer = [.. "version https://git-lfs.github.com/spec/"u8];

    /// <summary>Returns how many bytes a file of a name can have, if nobody has said how many it has.</summary>
    public static long LimitOf(string name) =>
        IsJson(name) ? MaxJsonLength
        : name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? MaxHeadLength
        : name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? MaxGraphLength : MaxDataLength;

    /// <summary>Returns what a file is if it is not what its name says, such as "is an HTML page"; <see langword="null"/> if nothing is wrong.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string? Problem(string path, string name)
    {
        using FileStream file = File.OpenRead(path);
        return Problem(file, name);
    }

    /// <summary>Returns what is wrong with the content of a file, or <see langword="null"/>.</summary>
    public static string? Problem(Stream file, string name)
    {
        byte[] start = new byte[HeadLength];
        ReadOnlySpan<byte> head = start.AsSpan(0, file.ReadAtLeast(start, HeadLength, throwOnEndOfStream: false));
        if (head.IsEmpty)
        {
            return "is empty";
        }

        if (IsLfsPointer(head))
        {
            return "is a pointer of Git LFS, not the file itself";
        }

        if (IsMarkup(head))
        {
            return "is an HTML page";
        }

        file.Position = 0;
        return IsJson(name) ? JsonProblem(file, name)
            : !name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || OnnxFile.IsComplete(file) ? null
            : head.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? "is JSON, not an ONNX model"
            : "is not a complete ONNX model";
    }

    /// <summary>Returns whether a file of the disk is a pointer of Git LFS.</summary>
    public static bool IsLfsPointer(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] start = new byte[LfsPointer.Length];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && IsLfsPointer(start);
    }

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static bool IsLfsPointer(ReadOnlySpan<byte> head) => head.StartsWith(LfsPointer);

    // Neither JSON nor a model starts with it, and weights as good as never with all of it.
    private static bool IsMarkup(ReadOnlySpan<byte> head)
    {
        head = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        head = head.TrimStart(" \t\r\n"u8);
        Span<byte> lower = stackalloc byte[Math.Min(head.Length, 9)];
        System.Text.Ascii.ToLower(head[..lower.Length], lower, out _);
        return lower.StartsWith("<!doctype"u8) || lower.StartsWith("<html"u8) || lower.StartsWith("<?xml"u8) || lower.StartsWith("<head"u8)
            || lower.StartsWith("<body"u8) || lower.StartsWith("<!--"u8);
    }

    private static string? JsonProblem(Stream file, string name)
    {
        if (file.Length > MaxJsonLength)
        {
            return $"has {file.Length} bytes, which no such file has";
        }

        try
        {
            using var document = JsonDocument.Parse(file);
            if (Path.GetFileName(name) == "modules.json")
            {
                return document.RootElement.ValueKind == JsonValueKind.Array ? null : "is not a JSON array of modules";
            }

            return document.RootElement is not { ValueKind: JsonValueKind.Object } root ? "is not a JSON object"
                : Path.GetFileName(name) == "tokenizer.json" && !root.TryGetProperty("model", out _) ? "is JSON without the model of a tokenizer"
                : IsError(root) ? "is an error in JSON"
                : null;
        }
        catch (JsonException)
        {
            return "is not complete JSON";
        }
        catch (InvalidOperationException)
        {
            return "is JSON with a name that is not valid Unicode";   // a lone surrogate
        }
    }

    // What servers answer with instead of a file: an error beside little else. The files of models have neither.
    private static bool IsError(JsonElement root) =>
        (root.TryGetProperty("error", out _) || root.TryGetProperty("errors", out _) || root.TryGetProperty("detail", out _))
        && !root.TryGetProperty("model_type", out _)
        && !root.TryGetProperty("architectures", out _)
        && !root.TryGetProperty("tokenizer_class", out _)
        && !root.TryGetProperty("model", out _);
}
