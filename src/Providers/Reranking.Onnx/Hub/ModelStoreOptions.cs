namespace Reranking.Onnx;

/// <summary>Options for downloading models by name and storing them; bound from the section <c>Reranking:ModelStore</c>.</summary>
/// <remarks>Only the name, the revision and the file of a model leave the process, never a query or a document.</remarks>
public sealed class ModelStoreOptions
{
    /// <summary>The configuration section that these options are bound from.</summary>
    public const string SectionName = "Reranking:ModelStore";

    /// <summary>Gets or sets the folder for downloaded models; processes can share it.</summary>
    /// <value>
    /// A path, relative to the folder of the application. The default is <see langword="null"/>: <c>Reranking/models</c> in the user's local application data.
    /// </value>
    public string? CacheFolder { get; set; }

    /// <summary>Gets or sets the address of the Hugging Face Hub or of a mirror.</summary>
    /// <value>An absolute address, with https unless it is this machine. The default is <c>https://huggingface.co</c>.</value>
    public Uri Endpoint { get; set; } = new("https://huggingface.co");

    /// <summary>Gets or sets a value indicating whether <see cref="Endpoint"/> may use plain http to another machine.</summary>
    /// <value>The default is <see langword="false"/>. The token then crosses the network unencrypted.</value>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Gets or sets the access token for private and gated models.</summary>
    /// <value>
    /// The default is <see langword="null"/>; an empty token counts as none. It is sent only to <see cref="Endpoint"/>, and never appears in logs or errors.
    /// </value>
    public string? Token { get; set; }

    /// <summary>Gets or sets a value indicating whether downloads are disabled, so that anything missing from the folder is an error.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Offline { get; set; }

    /// <summary>
    /// Gets or sets how often a request is retried after an overload (429, 5xx) or a lost connection; the count restarts when bytes are received.
    /// </summary>
    /// <value>From 0 to 20. The default is 5.</value>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Gets or sets how long the endpoint may be silent, before and during its response.</summary>
    /// <value>From 1 second to 1 hour. The default is 1 minute. The download as a whole has no time limit.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets a value indicating whether the files of models in <see cref="ModelCatalog"/> are compared with their SHA-256 on use.</summary>
    /// <value>
    /// The default is <see langword="true"/>. A file is read again only if its size or time has changed since it was last verified; a file that does not match
    /// is downloaded again.
    /// </value>
    public bool VerifyHashes { get; set; } = true;

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = SectionName;

    /// <summary>Gets what messages, logs and manifests call the endpoint: without its path, in which some mirrors have a key.</summary>
    internal Uri PublicEndpoint => Endpoint.AbsolutePath == "/" ? Endpoint : new Uri(Endpoint, "/...");

    internal ModelStoreOptions Copy() => (ModelStoreOptions)MemberwiseClone();
}
