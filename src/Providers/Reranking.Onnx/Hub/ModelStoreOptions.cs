namespace Reranking.Onnx;

/// <summary>Where models come from by name and where they are kept; bound from the section <c>Reranking:ModelStore</c>.</summary>
/// <remarks>Only the name, the revision and the file of a model leave the process, never a query or a document.</remarks>
public sealed class ModelStoreOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Reranking:ModelStore";

    /// <summary>Gets or sets the folder that models are kept in; processes can share it.</summary>
    /// <value>
    /// A path, relative ones to the folder of the application. The default is <see langword="null"/>: <c>Reranking/models</c> in the local application data
    /// of the user.
    /// </value>
    public string? CacheFolder { get; set; }

    /// <summary>Gets or sets the address of the Hugging Face hub or of a mirror of it.</summary>
    /// <value>An absolute address, with https unless it is this machine. The default is <c>https://huggingface.co</c>.</value>
    public Uri Endpoint { get; set; } = new("https://huggingface.co");

    /// <summary>Gets or sets a value indicating whether <see cref="Endpoint"/> can be plain http on another machine.</summary>
    /// <value>The default is <see langword="false"/>. The token then crosses the network unencrypted.</value>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Gets or sets the access token for private and gated models.</summary>
    /// <value>The default is <see langword="null"/>; an empty one counts as none. It goes to <see cref="Endpoint"/> and to no other host, log or error.</value>
    public string? Token { get; set; }

    /// <summary>Gets or sets a value indicating whether downloads are forbidden: what is not in the folder is an error.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Offline { get; set; }

    /// <summary>Gets or sets how often a request is retried after an overload (429, 5xx) or a lost connection, without a byte received in between.</summary>
    /// <value>From 0 to 20. The default is 5.</value>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Gets or sets how long the endpoint can be silent, before its response and within it.</summary>
    /// <value>From 1 second to 1 hour. The default is 1 minute. A download as a whole has no limit.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets a value indicating whether the files of models of <see cref="ModelCatalog"/> are held to their SHA-256 on use.</summary>
    /// <value>
    /// The default is <see langword="true"/>. A file is read again only if its size or its time has changed since it was last found to be right; one that
    /// is not right is fetched again.
    /// </value>
    public bool VerifyHashes { get; set; } = true;

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = SectionName;

    internal ModelStoreOptions Copy() => (ModelStoreOptions)MemberwiseClone();
}
