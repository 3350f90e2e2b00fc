namespace Reranking.Onnx;

/// <summary>The components of one kind that a tokenizer.json may name, and how each is read.</summary>
internal sealed class ComponentRegistry<T>(Dictionary<string, Func<ComponentJson, T>> readers)
{
    public string Supported => string.Join(", ", readers.Keys.Order(StringComparer.Ordinal));

    public T Read(ComponentJson json)
    {
        string type = json.FindString("type") ?? throw json.Unusable($"has a {json.Kind} without a type; supported are {Supported}");
        return readers.TryGetValue(type, out Func<ComponentJson, T>? read)
            ? read(json.OfType(type))
            : throw json.Unusable($"has the {json.Kind} '{type}'; supported are {Supported}");
    }
}
