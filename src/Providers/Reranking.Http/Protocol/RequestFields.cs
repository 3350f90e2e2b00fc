namespace Reranking.Http.Protocol;

/// <summary>The fields of a request besides the model, the query and the documents, with their values as JSON.</summary>
internal sealed class RequestFields
{
    /// <summary>The fields that only the scorer sets: others would give scores to the wrong documents, to some of them, or none.</summary>
    private static readonly string[] Reserved =
        ["model", "query", "documents", "texts", "input", "top_n", "top_k", "return_documents", "return_text", "return_input", "raw_scores"];

    private readonly List<(string Name, string Json)> _fields = [];

    private RequestFields()
    {
    }

    /// <summary>Gets the fields, in the order in which they are written.</summary>
    public IReadOnlyList<(string Name, string Json)> Fields => _fields;

    /// <summary>Gets the field of how many results are wanted, or <see langword="null"/> if it is not sent.</summary>
    public string? TopField { get; private init; }

    /// <summary>Gets the texts among the values, which servers may echo.</summary>
    public IReadOnlyList<string> Texts { get; private set; } = [];

    /// <summary>Gets what the fields that can be set make of scores, for the revision of the scorer; empty if none is set.</summary>
    public static string Identity(HttpScorerOptions options)
    {
        // No property has a name with a parenthesis, so none can be taken for an option or replace it.
        RequestFields set = new();
        set.Add($"({nameof(options.Instruction)})", options.Instruction is null ? null : RequestJson.Text(options.Instruction));
        set.Add($"({nameof(options.Truncate)})", options.Truncate is { } truncates ? RequestJson.Flag(truncates) : null);
        set.Add(
            $"({nameof(options.OversizedDocuments)})",
            options.OversizedDocuments == default ? null : RequestJson.Number((int)options.OversizedDocuments));
        foreach ((string name, object? value) in Sorted(options.AdditionalProperties))
        {
            set.Add(name, RequestJson.TryWrite(value));
        }

        return string.Concat(set._fields.Select(
            static field => FormattableString.Invariant($"{field.Name.Length}:{field.Name}{field.Json.Length}:{field.Json}")));
    }

    /// <summary>Returns what is wrong with the additional properties of a scorer or a call: the name to show and what was expected.</summary>
    public static IEnumerable<(string? Name, string Expected)> Failures(IEnumerable<KeyValuePair<string, object?>>? properties)
    {
        foreach ((string name, object? value) in properties ?? [])
        {
            if (name.Length is 0 or > 64 || !name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.'))
            {
                yield return (null, "a name of 1 to 64 letters, digits, '_', '-' and '.'");
            }
            else if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                yield return (name, "another name, because the scorer sets this field itself");
            }
            else if (RequestJson.TryWrite(value) is null)
            {
                yield return (name, "a text, a number, true, false, JSON, or a list or dictionary of such values");
            }
        }
    }

    /// <summary>Puts the fields of a request together.</summary>
    /// <param name="dialect">The API.</param>
    /// <param name="options">What the scorer is set to.</param>
    /// <param name="model">The model of the call.</param>
    /// <param name="properties">The additional properties of the call, or <see langword="null"/>.</param>
    /// <param name="errors">Creates the exceptions.</param>
    /// <exception cref="RelevanceScoringException">The call has a property that the API can't be sent.</exception>
    public static RequestFields Create(
        RerankDialect dialect, HttpScorerOptions options, string? model, IDictionary<string, object?>? properties, RerankErrors errors)
    {
        foreach ((string? name, string expected) in Failures(properties))
        {
            throw errors.PropertyRefused(name, expected);
        }

        Dictionary<string, object?> ofCall = properties is null ? [] : new(properties);
        var fields = new RequestFields { TopField = options.SendTopN ? dialect.TopField : null };
        fields.Add(dialect.MaxTokensField, Known("max_tokens_per_doc", dialect.MaxTokensField, RequestJson.Number(options.MaxTokensPerDocument)));
        fields.Add(dialect.PriorityField, Known("priority", dialect.PriorityField, RequestJson.Number(options.Priority)));
        fields.Add(
            dialect.InstructionField,
            Known("instruction", dialect.InstructionField, options.Instruction is { } instruction ? RequestJson.Text(instruction) : null));
        fields._fields.AddRange(dialect.FixedFields);
        if (dialect.Truncation is { } truncation)
        {
            fields.Add(truncation.Name, Truncation(truncation));
        }
        else
        {
            Known("truncate", field: null, json: null);
        }

        foreach ((string name, object? value) in Sorted(options.AdditionalProperties).Concat(Sorted(ofCall)))
        {
            fields.Add(name, RequestJson.TryWrite(value));
        }

        // Of the call, the texts are those of a user. What only the API sets is none, and servers name it when they refuse a request.
        fields.Texts = [.. fields._fields.Except(dialect.OwnFields).SelectMany(static field => RequestJson.Texts(field.Json))];
        return fields;

        // A server that knows a field which the API does not is told it by the additional properties of the scorer.
        string? Known(string name, string? field, string? json)
        {
            if (!ofCall.TryGetValue(name, out object? value) || options.AdditionalProperties?.ContainsKey(name) == true)
            {
                return json;
            }

            ofCall.Remove(name);
            return field is null ? throw errors.PropertyRefused(name, "a property that the API knows") : RequestJson.TryWrite(value);
        }

        string? Truncation(TruncationField field)
        {
            bool isKnown = field.IsKnownTo(model);
            bool? truncates = ofCall.Remove("truncate", out object? value)
                ? value as bool? ?? throw errors.PropertyRefused("truncate", "true or false")
                : options.Truncate;
            return truncates is not null && !isKnown ? throw errors.PropertyRefused("truncate", $"a model that knows it: {string.Join(", ", field.Models!)}")
                : !isKnown ? null
                : truncates == false ? field.Off
                : field.On;
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Sorted(IDictionary<string, object?>? properties) =>
        (properties ?? new Dictionary<string, object?>()).OrderBy(static property => property.Key, StringComparer.Ordinal);

    private void Add(string? name, string? json)
    {
        if (name is not null && json is not null)
        {
            int known = _fields.FindIndex(field => field.Name == name);
            if (known >= 0)
            {
                _fields[known] = (name, json);
            }
            else
            {
                _fields.Add((name, json));
            }
        }
    }
}
