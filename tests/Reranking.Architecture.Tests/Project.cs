using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Reranking.Architecture.Tests;

/// <summary>A library of the repository: which folder declares which type, and which type uses which.</summary>
internal sealed partial class Project
{
    private readonly Dictionary<string, string> _folders = [];                   // of the types, by name
    private readonly Dictionary<string, HashSet<string>> _references = [];       // to types of this project, by name

    private Project(string name, string path)
    {
        Name = name;
        Path = path;
        foreach (string file in Repository.SourceFiles(path))
        {
            string folder = System.IO.Path.GetRelativePath(System.IO.Path.Combine(Repository.Root, path), System.IO.Path.GetDirectoryName(file)!);
            foreach (Match type in DeclarationPattern().Matches(File.ReadAllText(file)))
            {
                _folders[type.Groups["name"].Value] = folder == "." ? "" : folder.Replace(System.IO.Path.DirectorySeparatorChar, '/');
            }
        }

        using var assembly = AssemblyDefinition.ReadAssembly(System.IO.Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        foreach (TypeDefinition type in assembly.MainModule.Types)
        {
            Collect(type, NameOf(type));
        }
    }

    public static IReadOnlyList<string> Names { get; } =
    [
        "Reranking", "Reranking.Agents", "Reranking.AspNetCore", "Reranking.Evaluation", "Reranking.Extensions.AI",
        "Reranking.Extensions.AI.Evaluation", "Reranking.Http", "Reranking.KernelMemory", "Reranking.Onnx",
        "Reranking.Onnx.EarlyExit", "Reranking.SemanticKernel", "Reranking.Tokenizers", "Reranking.VectorData",
    ];

    public string Name { get; }

    public string Path { get; }

    /// <summary>Gets the namespace of the public types.</summary>
    public string RootNamespace => Path.StartsWith("src/Plugin", StringComparison.Ordinal) ? "Reranking" : Name;

    public static Project Load(string name) =>
        new(name, Directory.Exists(System.IO.Path.Combine(Repository.Root, "src/Plugin", name)) ? $"src/Plugin/{name}" : $"src/Providers/{name}");

    /// <summary>Returns which folders of the first level use which others, with an example each.</summary>
    public Dictionary<(string From, string To), string> FolderReferences()
    {
        var references = new Dictionary<(string From, string To), string>();
        foreach ((string type, HashSet<string> used) in _references)
        {
            foreach (string other in used)
            {
                if (_folders.TryGetValue(type, out string? from) && _folders.TryGetValue(other, out string? to) && Top(from) != Top(to))
                {
                    references.TryAdd((Top(from), Top(to)), $"{type} uses {other}");
                }
            }
        }

        return references;
    }

    private static string Top(string folder) => folder.Split('/')[0];

    private static string NameOf(TypeReference type)
    {
        TypeReference outer = type.GetElementType();
        while (outer.DeclaringType is { } declaring)
        {
            outer = declaring.GetElementType();
        }

        return outer.Name.Split('`')[0];
    }

    private void Collect(TypeDefinition type, string owner)
    {
        HashSet<string> used = _references.TryGetValue(owner, out HashSet<string>? known) ? known : _references[owner] = [];
        Add(type.BaseType);
        foreach (InterfaceImplementation implemented in type.Interfaces)
        {
            Add(implemented.InterfaceType);
        }

        foreach (FieldDefinition field in type.Fields)
        {
            Add(field.FieldType);
        }

        foreach (MethodDefinition method in type.Methods)
        {
            AddMethod(method);
            foreach (VariableDefinition variable in method.Body?.Variables ?? [])
            {
                Add(variable.VariableType);
            }

            foreach (Instruction instruction in method.Body?.Instructions ?? [])
            {
                AddOperand(instruction.Operand);
            }
        }

        foreach (TypeDefinition nested in type.NestedTypes)
        {
            Collect(nested, owner);
        }

        void AddOperand(object operand)
        {
            switch (operand)
            {
                case MethodReference method:
                    AddMethod(method);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
                case TypeReference reference:
                    Add(reference);
                    break;
            }
        }

        void AddMethod(MethodReference method)
        {
            Add(method.DeclaringType);
            Add(method.ReturnType);
            foreach (ParameterDefinition parameter in method.Parameters)
            {
                Add(parameter.ParameterType);
            }

            foreach (TypeReference argument in (method as GenericInstanceMethod)?.GenericArguments ?? [])
            {
                Add(argument);
            }
        }

        void Add(TypeReference? reference)
        {
            if (reference is null or GenericParameter)
            {
                return;
            }

            foreach (TypeReference argument in (reference as GenericInstanceType)?.GenericArguments ?? [])
            {
                Add(argument);
            }

            if (reference is TypeSpecification { ElementType: { } element } and not GenericInstanceType)
            {
                Add(element);
            }
            else if (NameOf(reference) is var name && name != owner && reference.GetElementType().Scope is ModuleDefinition)
            {
                used.Add(name);
            }
        }
    }

    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|partial|readonly|unsafe)\s+)*"
            + @"(?:class|record\s+struct|record|struct|interface|enum|delegate\s+[\w<>\[\]\.\?]+)\s+(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex DeclarationPattern();
}
